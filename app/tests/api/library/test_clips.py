"""Clips over HTTP: told without the server's places, marked, renamed, removed; their files in parts."""

from pathlib import Path

import pytest

from app.api.context import Context
from app.models.library.clip import Clip
from app.services.library.clips import Clips
from app.tests.api.conftest import Ask
from app.tests.services.library.clip_rows import add_clip, edit_of, with_words

CLIPS = "/api/v1/library/clips"


@pytest.fixture
def files(context: Context) -> dict[str, Path]:
    folder = context.settings.data_dir / "clips" / "job"
    folder.mkdir(parents=True)
    made = {kind: folder / f"clip-01.{kind}" for kind in ("mp4", "srt", "jpg", "edit")}
    for kind, path in made.items():
        path.write_bytes(f"{kind} of 10".encode())
    return made


@pytest.fixture
def clip(context: Context, files: dict[str, Path]) -> Clip:
    return add_clip(context.storage.database, context.settings, with_words(edit_of(), "Bună ziua"), files=files)


def test_a_clip_is_told_with_addresses_and_no_places(ask: Ask, clip: Clip) -> None:
    answer = ask("GET", f"{CLIPS}/{clip.id}")
    told = answer.json()
    assert answer.status_code == 200 and answer.headers["etag"] == '"1"'
    assert told["files"] == {kind: f"{CLIPS}/{clip.id}/files/{kind}" for kind in clip.files}
    assert (told["rendered"], told["stale"], told["state"], told["selected"]) == (True, False, "new", None)
    assert "/clips/job/" not in answer.text and "edit_identity" not in told
    assert ask("GET", CLIPS).json() == {"clips": [told], "next_cursor": None, "total": 1}
    assert ask("GET", "/api/v1/library/all-clips").json()["clips"] == [told]
    assert ask("GET", f"{CLIPS}?search=none").json()["total"] == 0


@pytest.mark.parametrize("path", ["", "/file", "/srt", "/thumbnail", "/files/mp4", "/edit", "/render/progress"])
def test_a_clip_that_there_is_not_is_a_problem(ask: Ask, path: str) -> None:
    answer = ask("GET", f"{CLIPS}/none{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "clip_unknown")


def test_what_is_changed_has_another_version(ask: Ask, clip: Clip) -> None:
    changed = ask("PATCH", f"{CLIPS}/{clip.id}", json={"name": "Cafea"}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200 and changed.headers["etag"] == '"2"'
    refused = ask("PATCH", f"{CLIPS}/{clip.id}", json={"name": "Ceai"}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "version_conflict")
    assert ask("PATCH", f"{CLIPS}/{clip.id}", json={"files": {}}).status_code == 422
    assert ask("PATCH", f"{CLIPS}/{clip.id}", json={"name": None}).status_code == 422
    assert ask("GET", f"{CLIPS}/{clip.id}").json()["name"] == "Cafea"


def test_clips_are_kept_and_dropped(ask: Ask, clip: Clip, context: Context) -> None:
    other = add_clip(context.storage.database, context.settings, edit_of(2, 20))
    assert ask("POST", f"{CLIPS}/{clip.id}/select", json={"selected": True}).json()["state"] == "kept"
    many = ask("POST", f"{CLIPS}/bulk-select", json={"clip_ids": [clip.id, other.id], "selected": False})
    assert [one["selected"] for one in many.json()["clips"]] == [False, False]
    assert ask("POST", f"{CLIPS}/{clip.id}/select", json={"selected": None}).json()["state"] == "new"
    assert ask("GET", f"{CLIPS}?state=dropped").json()["total"] == 1
    wrong = ask("POST", f"{CLIPS}/bulk-select", json={"clip_ids": [clip.id, "none"], "selected": True})
    assert wrong.status_code == 404 and ask("GET", f"{CLIPS}/{clip.id}").json()["state"] == "new"
    assert ask("POST", f"{CLIPS}/bulk-select", json={"clip_ids": [], "selected": True}).status_code == 422


def test_files_are_sent_whole_and_in_parts_under_the_clips_name(ask: Ask, clip: Clip, context: Context) -> None:
    Clips(context.storage.database).change(None, clip.id, {"name": "Cafea bună / 1"})
    film = ask("GET", f"{CLIPS}/{clip.id}/file", headers={"Range": "bytes=0-2"})
    assert (film.status_code, film.text, film.headers["content-type"]) == (206, "mp4", "video/mp4")
    saved = ask("GET", f"{CLIPS}/{clip.id}/files/jpg")
    assert saved.text == "jpg of 10" and saved.headers["content-disposition"].startswith("attachment")
    assert ask("GET", f"{CLIPS}/{clip.id}/thumbnail").headers["content-type"] == "image/jpeg"
    assert ask("GET", f"{CLIPS}/{clip.id}/files/exe").status_code == 422
    assert ask("GET", f"{CLIPS}/{clip.id}/files/..%2Fmp4").status_code in {404, 422}


def test_a_draft_has_a_document_and_captions_but_no_film(ask: Ask, context: Context) -> None:
    edit = with_words(edit_of(), "Bună ziua", "și la revedere")
    draft = add_clip(context.storage.database, context.settings, edit)
    assert ask("GET", f"{CLIPS}/{draft.id}/file").json()["code"] == "clip_not_rendered"
    assert ask("GET", f"{CLIPS}/{draft.id}/file").status_code == 409
    captions = ask("GET", f"{CLIPS}/{draft.id}/srt")
    assert "Bună ziua" in captions.text and "00:00:01,000 --> 00:00:02,000" in captions.text
    assert ask("GET", f"{CLIPS}/{draft.id}/edit").json()["id"] == edit.id


def test_a_removed_clip_takes_its_own_files_along_and_nobody_elses(
    ask: Ask, clip: Clip, context: Context, files: dict[str, Path], tmp_path: Path
) -> None:
    theirs = tmp_path / "mine.mp4"
    theirs.write_bytes(b"x")
    outside = add_clip(context.storage.database, context.settings, edit_of(3, 18), files={"mp4": theirs})
    assert ask("DELETE", f"{CLIPS}/{outside.id}").status_code == 204 and theirs.exists()
    assert ask("DELETE", f"{CLIPS}/{clip.id}", headers={"If-Match": '"7"'}).status_code == 412
    assert all(path.exists() for path in files.values())
    assert ask("DELETE", f"{CLIPS}/{clip.id}").status_code == 204
    assert not files["mp4"].parent.exists()
    assert ask("DELETE", f"{CLIPS}/{clip.id}").status_code == 404


def test_a_film_that_is_gone_is_told_so(ask: Ask, clip: Clip, files: dict[str, Path]) -> None:
    files["mp4"].unlink()
    answer = ask("GET", f"{CLIPS}/{clip.id}/file")
    assert (answer.status_code, answer.json()["code"]) == (410, "media_gone")
    assert str(files["mp4"].parent) not in answer.text
