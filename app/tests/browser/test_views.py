"""The page's views in a real browser: both languages, phones, dark rooms, uploads that break off, signing in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.config import Settings
from app.services.job_storage import JobStorage
from app.services.library.accounts import Accounts
from app.tests.api.serving import Server, serving
from app.tests.conftest import ClipMaker
from app.tests.ground.browsers import PATIENCE_MS, Watched

pytestmark = pytest.mark.slow

expect.set_options(timeout=PATIENCE_MS)

PASSWORD = "a password of the tests"  # noqa: S105 - opens nothing but a test's own server
SLOW_BYTES = 150_000
"""A second of upload, in bytes, while something is to break off in mid-way."""


@contextmanager
def viewed(browser: Browser, server: Server, **options: Any) -> Iterator[Watched]:
    """Open the page in a window of its own, which has kept nothing."""
    with browser.new_context(base_url=server.address, **options) as context:
        yield Watched(context)


def fits(page: Page) -> bool:
    """Whether nothing has to be pushed sideways to be read."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"))


def test_views_for_everybody(browser: Browser, settings: Settings, tmp_path: Path) -> None:
    storage = JobStorage(settings)
    storage.create_job({"job_id": "failed", "job_type": "render", "status": "failed", "error": "The disk is full."})
    storage.create_job({"job_id": "waits", "job_type": "speak", "title": "a sentence"})
    with serving(tmp_path) as server:
        with viewed(browser, server, locale="ro-RO", color_scheme="dark") as watched:
            _projects_come_and_go(watched.page)
            _jobs_are_listed(watched.page)
            _languages_are_kept(watched.page)
            assert watched.barriers() == []
            assert watched.complaints == []
        phone = {"width": 360, "height": 740}
        with viewed(browser, server, locale="ro-RO", viewport=phone, is_mobile=True) as watched:
            for address in ("/", "/projects", "/jobs", "/no/such/view"):
                watched.page.goto(address)
                expect(watched.page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
                assert fits(watched.page), address
                assert watched.barriers() == [], address
            assert watched.complaints == []


def _projects_come_and_go(page: Page) -> None:
    page.goto("/projects")
    expect(page.get_by_text("Încă nu este niciun proiect.")).to_be_visible()
    page.get_by_role("button", name="Proiect nou").click()
    name = page.get_by_label("Numele proiectului")
    expect(name).to_have_value("Fără titlu")
    name.fill("Ceașcă de toamnă")
    name.press("Enter")
    expect(page).to_have_title("Ceașcă de toamnă · Edit Factory")
    page.get_by_role("link", name="Proiecte", exact=True).click()
    page.get_by_label("Caută").fill("ceasca")
    expect(page.get_by_role("link", name="Ceașcă de toamnă")).to_be_visible()
    page.get_by_role("button", name="Arhivează Ceașcă de toamnă").click()
    expect(page.get_by_role("link", name="Ceașcă de toamnă")).to_have_count(0)
    page.get_by_label("Arhivate").check()
    page.get_by_role("button", name="Șterge Ceașcă de toamnă").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Șterge Ceașcă de toamnă").click()
    page.get_by_role("dialog", name="Ștergi „Ceașcă de toamnă”?").get_by_role("button", name="Da, șterge").click()
    expect(page.get_by_role("link", name="Ceașcă de toamnă")).to_have_count(0)


def _jobs_are_listed(page: Page) -> None:
    page.get_by_role("link", name="Lucrări").click()
    failed = page.get_by_role("listitem").filter(has_text="Randarea unui clip")
    expect(failed.get_by_text("Eșuată")).to_be_visible()
    expect(failed.get_by_text("The disk is full.")).to_be_visible()
    page.get_by_role("button", name="Anulează a sentence").click()
    expect(page.get_by_role("listitem").filter(has_text="a sentence").get_by_text("Anulată")).to_be_visible()
    page.get_by_label("Arată").select_option("failed")
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Scoate Randarea unui clip din listă").click()
    expect(page.get_by_text("Nu este niciuna de felul acesta.")).to_be_visible()


def _languages_are_kept(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "ro"
    page.get_by_label("Limba").select_option("en")
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def test_an_upload_that_broke_off_goes_on_where_it_was(browser: Browser, make: ClipMaker, tmp_path: Path) -> None:
    clip = make(seconds=4, size=(640, 360), cuts=(1, 2, 3), seed=77)
    with serving(tmp_path) as server, viewed(browser, server, locale="en-GB") as watched:
        page, asked = watched.page, []
        page.on("request", lambda request: asked.append((request.method, request.url)))
        page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?"
        page.goto("/projects")
        page.get_by_role("button", name="New project").click()
        expect(page.get_by_text("Drop some footage first.")).to_be_visible()
        network = page.context.new_cdp_session(page)
        _let_upload(network, SLOW_BYTES)
        chooser = page.locator("input[type=file]")
        chooser.set_input_files(clip)
        expect(page.get_by_text(re.compile(r"^[1-9]\d* kB of "))).to_be_visible()
        page.reload()
        expect(page.get_by_text("drop the same file again, and it goes on where it stopped")).to_be_visible()
        _let_upload(network, -1)
        chooser.set_input_files(clip)
        expect(page.get_by_role("button", name=f"Remove {clip.name} from the project")).to_be_visible()
        places = [url for method, url in asked if method == "HEAD" and "/uploads/tus/" in url]
        assert len(places) == 1, "it asked how far it was"
        assert sum(method == "POST" and url.endswith("/uploads/tus") for method, url in asked) == 1
        assert watched.complaints == []


def _let_upload(network: Any, bytes_a_second: int) -> None:
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    network.send("Network.emulateNetworkConditions", limits)


def test_who_has_to_sign_in_is_asked_to(browser: Browser, settings: Settings, tmp_path: Path) -> None:
    Accounts(JobStorage(settings).database).set_password(PASSWORD)
    with (
        serving(tmp_path, EDIT_FACTORY_AUTH="local") as server,
        viewed(browser, server, locale="en-GB") as watched,
    ):
        page = watched.page
        page.goto("/jobs")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert watched.barriers() == []
        page.get_by_label("Password").fill("not the password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("That is not the password.")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        page.get_by_role("link", name="Projects").click()
        page.get_by_role("button", name="New project").click()
        expect(page.get_by_label("Name of the project")).to_have_value("Untitled")
        page.reload()
        expect(page.get_by_label("Name of the project")).to_have_value("Untitled")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expected = "console error: Failed to load resource: the server responded with a status of 401"
        assert [text for text in watched.complaints if not text.startswith(expected)] == []
