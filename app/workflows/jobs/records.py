"""Requests as jobs keep them: plain JSON, with paths in a form that any database can hold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.models.brand import BrandWish
from app.models.make import MakeRequest
from app.models.media import MediaInfo
from app.services.sources import quoted, unquoted

Json = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """One file of footage and what it is."""

    path: Path
    info: MediaInfo

    def as_json(self) -> Json:
        """Return what `source_of` reads."""
        return {"path": quoted(self.path), "info": self.info.model_dump(mode="json")}


def source_of(record: Json) -> Source:
    """Return the source that `as_json` wrote."""
    return Source(unquoted(record["path"]), MediaInfo.model_validate(record["info"]))


def request_json(request: MakeRequest) -> Json:
    """Return a request as a job keeps it: paths absolute and quoted."""
    return {
        **request.model_dump(mode="json", exclude={"files", "optional", "out", "music", "brand"}),
        "files": [quoted(path) for path in request.files],
        "optional": sorted(quoted(path) for path in request.optional),
        "out": quoted(request.out),
        "music": {**request.music.model_dump(), "path": quoted(request.music.path)} if request.music else None,
        "brand": _brand_json(request.brand) if request.brand else None,
    }


def _brand_json(brand: BrandWish) -> Json:
    told: Json = brand.model_dump(mode="json", exclude={"logo": {"file"}})
    return {**told, "logo": {**told["logo"], "file": quoted(brand.logo.file)}} if brand.logo else told


def _brand_of(record: Json) -> Json:
    logo = record["logo"]
    return {**record, "logo": logo and {**logo, "file": unquoted(logo["file"])}}


def read_request(record: Json) -> MakeRequest:
    """Return the request that `request_json` wrote, here or in an older version, which knew less to ask for."""
    return MakeRequest.model_validate(
        {
            **record,
            "files": [unquoted(path) for path in record["files"]],
            "optional": frozenset(unquoted(path) for path in record["optional"]),
            "out": unquoted(record["out"]),
            "music": (music := record.get("music")) and {**music, "path": unquoted(music["path"])},
            "brand": (brand := record.get("brand")) and _brand_of(brand),
        }
    )
