"""The main job on the page, as a person does it: from drop to download, in a real browser, against a real server."""

import base64
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, Page, expect

from app.config import Settings
from app.media.probe import probe
from app.services.job_storage import JobStorage
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.browsers import PATIENCE_MS, Watched

pytestmark = pytest.mark.slow

expect.set_options(timeout=PATIENCE_MS)

SCRIPT = "This mug keeps your coffee hot for hours. Take it along."

_DROP = """async ([place, files]) => {
    const given = new DataTransfer();
    for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        given.items.add(new File([bytes], name, { type: "video/mp4" }));
    }
    for (const kind of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: given }));
}"""


def drop(page: Page, files: dict[str, Path]) -> None:
    """Drop these files, each under its name, where the page takes them."""
    told = [[name, base64.b64encode(path.read_bytes()).decode()] for name, path in files.items()]
    place = page.get_by_text("Drop footage here").locator("..").element_handle()
    page.evaluate(_DROP, [place, told])


def saved(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def choose(page: Page) -> None:
    """Ask for two quick square clips with a voice of this machine."""
    page.get_by_label("For", exact=True).select_option("square")
    page.get_by_label("Voice", exact=True).select_option("espeak:en-us")
    page.get_by_role("button", name="Fewer clips").click()
    page.get_by_text("More choices").click()
    page.get_by_label("Quality").select_option("draft")


def played(page: Page) -> float:
    """Play the first clip for a moment, and return how far it came, in seconds."""
    page.locator("video").first.evaluate("(film) => { film.muted = true; return film.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    return float(page.locator("video").first.evaluate("(film) => { film.pause(); return film.currentTime; }"))


def work_of(settings: Settings) -> str:
    """Return how the job stands that makes the clips."""
    (job,) = JobStorage(settings).list_jobs(job_type="generate")
    return str(job["status"])


def test_from_drop_to_download(browser: Browser, settings: Settings, make: ClipMaker, tmp_path: Path) -> None:
    footage = {
        f"{name}.mp4": make(seconds=5, size=(640, 360), cuts=(1.7, 3.4), seed=seed, audio="tone")
        for name, seed in (("Cană", 71), ("Plajă", 72))
    }
    with serving(tmp_path) as server, browser.new_context(locale="en-GB", accept_downloads=True) as context:
        watched = Watched(context)
        page = watched.page
        page.goto(server.address)
        drop(page, footage)
        page.wait_for_url("**/projects/*")
        expect(page.get_by_label("Name of the project")).to_have_value("Cană")
        page.get_by_label("What the voice says").fill(SCRIPT)
        expect(page.get_by_text("11 words · about 4 s")).to_be_visible()
        choose(page)
        for name in footage:
            expect(page.get_by_role("button", name=f"Remove {name} from the project")).to_be_visible()
        assert watched.barriers() == []
        page.get_by_role("button", name="Make 2 clips").click()
        expect(page.get_by_role("button", name="Cancel Make clips")).to_be_visible()
        _reloaded_in_mid_job(page, settings)
        expect(page.locator("video")).to_have_count(2)
        expect(page.get_by_role("button", name="Make 2 clips")).to_be_enabled()
        assert watched.barriers() == []
        assert played(page) > 0.2
        _downloaded(page, tmp_path)
        page.get_by_role("link", name="Jobs").click()
        expect(page.get_by_role("listitem").filter(has_text="Make clips").get_by_text("Done")).to_be_visible()
        assert watched.complaints == []
        _took_the_files_to_the_project(server)


def _reloaded_in_mid_job(page: Page, settings: Settings) -> None:
    assert work_of(settings) in {"pending", "processing"}
    page.reload()
    assert work_of(settings) in {"pending", "processing"}
    expect(page.get_by_role("progressbar", name="Progress of Make clips")).to_be_visible()
    expect(page.get_by_label("What the voice says")).to_have_value(SCRIPT)
    expect(page.get_by_label("For", exact=True)).to_have_value("square")
    expect(page.get_by_text("Clips are being made.")).to_be_visible()


def _downloaded(page: Page, folder: Path) -> None:
    with page.expect_download() as film:
        page.get_by_role("link", name=re.compile("^Download the video of")).first.click()
    info = probe(saved(film.value, folder), need_picture=True)
    assert info.width == info.height
    assert info.audio is not None
    with page.expect_download() as captions:
        page.get_by_role("link", name=re.compile("^Download the captions of")).first.click()
    assert "00:00:0" in saved(captions.value, folder).read_text(encoding="utf-8")
    with page.expect_download() as packed:
        page.get_by_role("button", name="Download all as ZIP").click()
    with zipfile.ZipFile(saved(packed.value, folder)) as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".mp4") for name in archive.namelist()) == 2


def _took_the_files_to_the_project(server: Server) -> None:
    (project,) = server.http.get("/api/v1/library/projects").json()["projects"]
    assert project["counts"] == {"videos": 2, "scripts": 0, "clips": 2}
    assert (project["options"]["preset"], project["options"]["count"]) == ("square", 2)
