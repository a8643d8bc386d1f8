"""A real browser for tests, driven by Playwright: the machine's own Chromium or Chrome, or the one from npm."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from app.api.page import PLACE

ROOT = Path(__file__).parents[3]
FROM_NPM = ROOT / ".venv" / "test-browser"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

PATIENCE_MS = 120_000
"""A machine that does much else is slow; nothing here is timed."""

_NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
_OPTIONS = (
    *("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic", "--disable-dev-shm-usage"),
)


def find_browser() -> tuple[Path, dict[str, str]] | None:
    """Return the program and what its environment needs; EDIT_FACTORY_TEST_BROWSER names one, None: there is none."""
    for name in filter(None, (os.environ.get("EDIT_FACTORY_TEST_BROWSER"), *_NAMES)):
        if found := shutil.which(name):
            return Path(found), {}
    program = FROM_NPM / "chromium"
    if not (FROM_NPM / ".installed").exists():
        return None
    return program, {"LD_LIBRARY_PATH": str(FROM_NPM / "lib"), "FONTCONFIG_PATH": str(FROM_NPM)}


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Run the browser. Where there is none, or no page was built, skip; on CI that is a failure."""
    found = find_browser()
    if found is None or not (PLACE / "index.html").exists():
        missing = "no browser was found" if found is None else "the page is not built"
        if os.environ.get("CI"):
            pytest.fail(f"{missing}: ./test sees to that")
        pytest.skip(f"{missing}: ./test brings both, or apt install chromium")
    program, needed = found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(_OPTIONS), env={**os.environ, **needed}, timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


class Watched:
    """A view of the page, and everything that its console and its network had to complain of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._note(f"console {message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self._note(f"error: {error}"))
        self.page.on("requestfailed", self._failed)

    def _note(self, text: str) -> None:
        self.complaints.append(text)

    def _failed(self, request: Request) -> None:
        # A stream that is left, a film that is played from elsewhere on: the browser itself lets go of them.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"{request.method} {request.url}: {request.failure}")

    def barriers(self) -> list[str]:
        """Return what axe finds that keeps somebody from using what is shown (WCAG 2.2, A and AA)."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})).violations"
        )
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
