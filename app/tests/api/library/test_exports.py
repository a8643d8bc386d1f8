"""Exports over HTTP: made at once where that takes no time, and told of as jobs where not."""

from pathlib import Path
from typing import Any

import pytest

from app.api.context import Context
from app.models.library.clip import Clip
from app.services.library.clips import Clips
from app.services.sources import SourceIndex
from app.tests.api.conftest import Ask
from app.tests.services.library.clip_rows import FOOTAGE, add_clip, edit_of, with_words

LIBRARY = "/api/v1/library"
EXPORTS = f"{LIBRARY}/exports"


@pytest.fixture
def clip(context: Context) -> Clip:
    folder = context.settings.data_dir / "clips" / "job"
    folder.mkdir(parents=True)
    files = {kind: folder / f"clip-01.{kind}" for kind in ("mp4", "srt", "jpg", "edit")}
    for kind, path in files.items():
        path.write_bytes(f"{kind} of 10".encode())
    edit = with_words(edit_of(), "Bună ziua")
    return add_clip(context.storage.database, context.settings, edit, name="Cafea bună", files=files)


def export(ask: Ask, status: int, *clip_ids: str, **wish: Any) -> Any:
    answer = ask("POST", EXPORTS, json={"clip_ids": list(clip_ids), **wish})
    assert answer.status_code == status, answer.text
    told = answer.json()
    if status == 201:
        assert answer.headers["location"] == f"{EXPORTS}/{told['id']}"
    elif status == 202:
        assert answer.headers["location"] == f"{LIBRARY}/jobs/{told['job_id']}"
    return told


@pytest.mark.parametrize(
    ("kind", "name", "holds"),
    [
        ("srt", "Cafea bună.srt", "00:00:00,000 --> 00:00:01,000\nBună ziua"),
        ("vtt", "Cafea bună.vtt", "WEBVTT"),
        ("ass", "Cafea bună.ass", "[Script Info]"),
        ("json", "Cafea bună.edit.json", '"captions"'),
        ("otio", "Cafea bună.otio", "OTIO_SCHEMA"),
        ("mp4", "Cafea bună.mp4", "mp4 of 10"),
        ("thumbnail", "Cafea bună.jpg", "jpg of 10"),
    ],
)
def test_what_is_there_is_exported_at_once_and_outlives_the_clip(
    ask: Ask, clip: Clip, kind: str, name: str, holds: str
) -> None:
    told = export(ask, 201, clip.id, kind=kind)
    assert (told["name"], told["status"], told["job_id"], told["error"]) == (name, "completed", None, None)
    assert ask("DELETE", f"{LIBRARY}/clips/{clip.id}").status_code == 204
    file = ask("GET", told["file"])
    assert file.status_code == 200 and holds in file.text and len(file.content) == told["bytes"]
    assert "Cafea%20bun%C4%83" in file.headers["content-disposition"]
    assert file.headers["x-content-type-options"] == "nosniff"


def test_a_timeline_does_not_tell_where_files_are_on_the_server(ask: Ask, clip: Clip, context: Context) -> None:
    film = context.settings.data_dir / "media" / "a.mp4"
    film.parent.mkdir(parents=True, exist_ok=True)
    film.write_bytes(b"film")
    SourceIndex(context.settings).remember(film, FOOTAGE.info)
    told = export(ask, 201, clip.id, kind="otio")
    text = ask("GET", told["file"]).text
    assert "a.mp4" in text and str(context.settings.data_dir) not in text


def test_an_export_is_listed_and_removed_with_its_file(ask: Ask, clip: Clip, context: Context) -> None:
    first, second = export(ask, 201, clip.id, kind="srt"), export(ask, 201, clip.id, kind="vtt")
    assert [one["id"] for one in ask("GET", EXPORTS).json()["exports"]] == [second["id"], first["id"]]
    assert ask("GET", f"{EXPORTS}?clip_id={clip.id}&limit=1").json()["total"] == 2
    assert ask("GET", f"{EXPORTS}?clip_id=none").json()["total"] == 0
    assert ask("DELETE", f"{EXPORTS}/{first['id']}").status_code == 204
    for path in ("", "/file"):
        answer = ask("GET", f"{EXPORTS}/{first['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "export_unknown")
    assert not (context.settings.data_dir / "exports" / first["id"]).exists()
    assert ask("GET", f"{EXPORTS}/{second['id']}").json() == second


def test_what_has_to_be_rendered_or_packed_is_a_job(ask: Ask, clip: Clip, context: Context) -> None:
    draft = add_clip(context.storage.database, context.settings, edit_of(2, 20))
    for wish, name in (
        ({"clip_ids": (draft.id,)}, "clip-01.mp4"),
        ({"clip_ids": (clip.id,), "preset": "square"}, "Cafea bună.mp4"),
        ({"clip_ids": (clip.id,), "kind": "zip"}, "Cafea bună.zip"),
        ({"clip_ids": (clip.id, draft.id), "kind": "srt"}, "clips.zip"),
    ):
        told = export(ask, 202, *wish.pop("clip_ids"), **wish)
        assert (told["name"], told["status"], told["bytes"]) == (name, "pending", None)
        answer = ask("GET", told["file"])
        assert (answer.status_code, answer.json()["code"]) == (409, "export_unfinished")
    assert ask("DELETE", f"{EXPORTS}/{told['id']}").status_code == 204
    job = context.storage.get_job(told["job_id"])
    assert job is not None and job["status"] == "cancelled"


def test_a_film_that_shows_an_older_document_is_rendered_for_the_export(ask: Ask, clip: Clip, context: Context) -> None:
    assert ask("PUT", f"{LIBRARY}/clips/{clip.id}/content", json={"style": "clean"}).status_code == 200
    assert export(ask, 202, clip.id)["status"] == "pending"
    assert Clips(context.storage.database).get(None, clip.id).is_stale


def test_what_cannot_be_exported_is_refused(ask: Ask, clip: Clip, context: Context) -> None:
    bare = add_clip(context.storage.database, context.settings, edit_of(2, 20))
    assert export(ask, 422, bare.id, kind="srt")["detail"] == "This clip has no captions to export."
    assert export(ask, 404, "none", kind="srt")["code"] == "clip_unknown"
    export(ask, 422, clip.id, kind="exe")
    export(ask, 422, clip.id, kind="srt", preset="square")
    export(ask, 422, clip.id, kind="mp4", preset="cinema")
    export(ask, 422, kind="zip")
    assert ask("GET", EXPORTS).json()["total"] == 0
    assert not list(Path(context.settings.data_dir, "exports").glob("*/*"))
