"""Settings: command line, then `EDIT_FACTORY_*` in the environment, then a file, then these defaults.

The file is TOML: `EDIT_FACTORY_CONFIG` names it, else `config.toml` in the data folder.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.errors import InputError
from app.models.hosts import hosts_and_networks


def default_data_dir() -> Path:
    """Return the folder for everything that is kept when nothing else is set."""
    return Path(platformdirs.user_data_dir("edit-factory", appauthor=False))


def config_file() -> Path:
    """Return the settings file that is read when it exists."""
    named = os.environ.get("EDIT_FACTORY_CONFIG")  # an empty variable is as good as none
    data_dir = os.environ.get("EDIT_FACTORY_DATA_DIR")
    return Path(named) if named else (Path(data_dir) if data_dir else default_data_dir()) / "config.toml"


class Settings(BaseSettings):
    """Everything that can be set. Names in the environment are these in capitals after `EDIT_FACTORY_`."""

    model_config = SettingsConfigDict(
        env_prefix="EDIT_FACTORY_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
    )

    data_dir: Path = Field(default_factory=default_data_dir, description="Where everything is kept.")
    ffmpeg: Path | None = Field(None, description="An ffmpeg to use instead of the one that is found.")
    voices_dir: Path | None = Field(None, description="Folder with Piper voices of your own.")
    preset: str = Field("tiktok", description="Where clips are published.")
    quality: str = Field("standard", description="draft, standard or high.")
    captions: str = Field("bold", description="Caption style, or off.")
    words_per_cue: Annotated[int, Field(ge=1, le=5)] = 3
    framing: str = Field("auto", description="auto, crop, blur or fit.")
    lang: str | None = Field(None, description="Language of scripts; detected when not set.")
    voice: str | None = Field(None, description="Voice id; chosen by language when not set.")
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    duration: Annotated[float, Field(ge=1.0, le=600.0)] = 20.0
    max_parallel: Annotated[int, Field(ge=1, le=64)] = Field(
        default_factory=lambda: os.cpu_count() or 1, description="Encoders that run side by side."
    )
    max_pixels: Annotated[int, Field(ge=10_000)] = Field(
        8192 * 4320, description="Largest picture, in pixels, that is opened."
    )
    ffmpeg_memory_mb: Annotated[int, Field(ge=256)] = Field(
        8192, description="Address space, in MB, that one ffmpeg may take."
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("EDIT_FACTORY_DATABASE_URL", "DATABASE_URL"),
        description="A Postgres database; without it SQLite in the data folder.",
    )
    supabase_url: str | None = Field(
        None,
        validation_alias=AliasChoices("EDIT_FACTORY_SUPABASE_URL", "SUPABASE_URL"),
        description="A Supabase project that receives a copy of jobs and costs.",
    )
    supabase_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("EDIT_FACTORY_SUPABASE_KEY", "SUPABASE_KEY"),
        description="Its service-role (secret) key.",
    )
    lease_seconds: Annotated[float, Field(ge=0.5, le=600)] = Field(
        30.0, description="After how long without a sign of life a worker counts as dead."
    )
    beat_seconds: Annotated[float, Field(ge=0.1, le=120)] = Field(
        5.0, description="How often a worker gives a sign of life: three times in a lease at least."
    )
    stall_seconds: Annotated[float, Field(ge=1)] = Field(
        900.0, description="After how long without progress a job is ended as stalled."
    )
    keep_days: Annotated[float, Field(ge=0)] = Field(7.0, description="How long finished jobs are kept, in days.")
    cache_mb: Annotated[int, Field(ge=0)] = Field(20_000, description="How large the cache may grow, in MB.")
    host: str = Field("127.0.0.1", description="The address that serve listens on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="The port that serve listens on.")
    allow_hosts: str = Field(
        "", description="Hosts and networks, with commas between, that may be asked though they are private."
    )
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#@]+)?$")] = Field(
        "", description="The address under which others reach serve: download links in webhooks begin with it."
    )
    auth: Literal["none", "local"] = Field(
        "none", description="Who may ask serve: none: whoever is on this machine; local: who has the password or a key."
    )
    host_names: str = Field(
        "", description="Names under which serve answers with auth local, with commas between, beside its addresses."
    )
    trusted_proxies: str = Field(
        "", description="Addresses and networks, with commas between, of proxies whose X-Forwarded-* headers are true."
    )
    session_days: Annotated[float, Field(gt=0, le=365)] = Field(
        14.0, description="After how many days whoever signed in has to do it again."
    )
    rate_limit: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Requests a minute that one key, session or address may send; 0: any number."
    )
    upload_max_mb: Annotated[int, Field(ge=1)] = Field(
        100_000, description="The largest file, in MB, that is taken in."
    )
    old_routes: bool = Field(True, description="Whether serve answers the original interface's addresses too.")
    log_format: Literal["text", "json"] = Field("text", description="How serve and worker write what they tell.")

    @field_validator("allow_hosts", "host_names", "trusted_proxies")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        hosts_and_networks(value)
        return value

    @model_validator(mode="after")
    def _beats_fit_into_a_lease(self) -> Self:
        """Refuse beats so slow that one late one would give a living worker's jobs to others."""
        if round(self.beat_seconds * 3, 6) > self.lease_seconds:
            raise ValueError(
                f"EDIT_FACTORY_BEAT_SECONDS ({self.beat_seconds:g}) can be a third of EDIT_FACTORY_LEASE_SECONDS "
                f"({self.lease_seconds:g}) at most"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line first, then environment, then file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())


def load_settings(**from_command_line: Any) -> Settings:
    """Return the settings; options that are None were not given. Raises `InputError` naming the wrong one."""
    given = {k: v for k, v in from_command_line.items() if v is not None}
    _check_file()
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise InputError(
                f"Two settings do not fit together: {first['ctx']['error']}.",
                hint="Set both, or leave both out.",
                subject="beat_seconds",
            ) from error
        name = str(first["loc"][0])
        raise InputError(
            f"The setting {name} cannot be {first.get('input')!r}: {first['msg'].lower()}.",
            hint=f"Set it on the command line, as EDIT_FACTORY_{name.upper()}, or in {config_file().name}.",
            subject=name,
        ) from error


def _check_file() -> None:
    """Raise `InputError` for a settings file that is named and not there, is not TOML, or sets what does not exist."""
    place = config_file()
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        if not os.environ.get("EDIT_FACTORY_CONFIG"):
            return
        raise _file_error(f"The settings file {place} is not there.") from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise _file_error(f"The settings file {place} cannot be read: {why}.") from error
    unknown = [name for name in found if name not in Settings.model_fields]
    if unknown:
        known = ", ".join(Settings.model_fields)
        raise _file_error(
            f"The settings file {place} sets {unknown[0]!r}, which does not exist.", f"There are: {known}."
        )


def _file_error(message: str, hint: str = "Mend it, or name another one with EDIT_FACTORY_CONFIG.") -> InputError:
    return InputError(message, hint=hint, subject="config")
