from pathlib import Path

import pytest

from app.config import default_data_dir, load_settings
from app.errors import InputError


def test_defaults_need_nothing(data_dir: Path) -> None:
    settings = load_settings()
    assert (settings.preset, settings.quality, settings.duration) == ("tiktok", "standard", 20.0)
    assert settings.data_dir == data_dir


def test_file_then_environment_then_command_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_dir / "config.toml").write_text('preset = "square"\nquality = "draft"\nduration = 9\n', encoding="utf-8")
    monkeypatch.setenv("EDIT_FACTORY_QUALITY", "high")
    monkeypatch.setenv("EDIT_FACTORY_DURATION", "11")
    settings = load_settings(duration=13.0, quality=None)
    assert (settings.preset, settings.quality, settings.duration) == ("square", "high", 13.0)


def test_another_file_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "my settings.toml"
    file.write_text('framing = "blur"', encoding="utf-8")
    monkeypatch.setenv("EDIT_FACTORY_CONFIG", str(file))
    assert load_settings().framing == "blur"


@pytest.mark.parametrize(
    ("name", "value"),
    [("words_per_cue", 9), ("speed", 0.1), ("duration", 0), ("speed", "fast"), ("duration", float("nan"))],
)
def test_a_wrong_setting_is_named(name: str, value: object) -> None:
    with pytest.raises(InputError, match=name) as caught:
        load_settings(**{name: value})
    assert caught.value.subject == name
    assert f"EDIT_FACTORY_{name.upper()}" in caught.value.hint


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_MAX_PARALLEL", "many")
    with pytest.raises(InputError, match="max_parallel"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(data_dir: Path) -> None:
    (data_dir / "config.toml").write_text("preset: square", encoding="utf-8")
    with pytest.raises(InputError, match=r"config\.toml") as caught:
        load_settings()
    assert caught.value.subject == "config"


def test_the_test_media_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_TEST_MEDIA", "/somewhere")
    assert not hasattr(load_settings(), "test_media")


def test_a_named_file_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for place in (tmp_path / "none.toml", tmp_path):
        monkeypatch.setenv("EDIT_FACTORY_CONFIG", str(place))
        with pytest.raises(InputError, match="settings file"):
            load_settings()


def test_a_misspelt_setting_in_the_file_is_said(data_dir: Path) -> None:
    (data_dir / "config.toml").write_text('presett = "square"', encoding="utf-8")
    with pytest.raises(InputError, match="'presett', which does not exist") as caught:
        load_settings()
    assert "preset" in caught.value.hint


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_DATA_DIR", "")
    monkeypatch.setenv("EDIT_FACTORY_PRESET", "")
    settings = load_settings()
    assert settings.data_dir == default_data_dir()
    assert settings.preset == "tiktok"


@pytest.mark.parametrize(("lease", "beat"), [("6", None), ("30", "10.1"), (None, "11"), ("2", "0.7")])
def test_beats_that_are_too_slow_for_the_lease(
    monkeypatch: pytest.MonkeyPatch, lease: str | None, beat: str | None
) -> None:
    for name, value in (("EDIT_FACTORY_LEASE_SECONDS", lease), ("EDIT_FACTORY_BEAT_SECONDS", beat)):
        if value is not None:
            monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=r"EDIT_FACTORY_BEAT_SECONDS.*EDIT_FACTORY_LEASE_SECONDS") as caught:
        load_settings()
    assert (caught.value.subject, caught.value.message[-1]) == ("beat_seconds", ".")


@pytest.mark.parametrize(("lease", "beat"), [(30.0, 10.0), (0.6, 0.2), (2.0, 0.4), (0.5, 0.1)])
def test_beats_that_fit_into_the_lease(lease: float, beat: float) -> None:
    assert load_settings(lease_seconds=lease, beat_seconds=beat).beat_seconds == beat


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allow_hosts", "n8n.lan, http://x"),
        ("public_url", "ftp://x"),
        ("auth", "everybody"),
        ("host_names", "a b"),
        ("trusted_proxies", "10.0.0.0/33"),
        ("session_days", 0),
        ("rate_limit", -1),
        ("public_url", "https://a:b@x"),
        ("log_format", "x"),
    ],
)
def test_a_wrong_setting_of_the_server_is_named(name: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(**{name: value})
    assert caught.value.subject == name


def test_settings_of_the_server_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIT_FACTORY_ALLOW_HOSTS", "n8n.lan, 192.168.1.0/24")
    monkeypatch.setenv("EDIT_FACTORY_PUBLIC_URL", "https://clips.example.com/ef")
    assert load_settings().allow_hosts == "n8n.lan, 192.168.1.0/24"
    assert load_settings().public_url == "https://clips.example.com/ef"
