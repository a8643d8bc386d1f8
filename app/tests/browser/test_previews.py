"""What is made of footage for browsers is played, sought in and shown by a real one."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from app.tests.conftest import ClipMaker
from app.tests.ground.browsers import PATIENCE_MS
from app.tests.media.previews.stage import proxied, thumbnail

pytestmark = pytest.mark.slow

PAGE = "<!doctype html><video src='proxy.mp4' muted></video><img src='thumbnail.jpg'>"
READY = "() => document.querySelector('video').readyState >= 2 || document.querySelector('video').error"
SEEK = """async (seconds) => {
    const film = document.querySelector("video");
    const there = new Promise((done) => film.addEventListener("seeked", done, { once: true }));
    film.currentTime = seconds;
    await there;
    return film.currentTime;
}"""
FACTS = """() => {
    const film = document.querySelector("video");
    const { error, videoWidth, videoHeight, duration } = film;
    const decoded = [film.webkitDecodedFrameCount, film.webkitAudioDecodedByteCount];
    return [error?.message, videoWidth, videoHeight, duration, ...decoded];
}"""


@pytest.fixture
def page(browser: Browser, tmp_path: Path, make: ClipMaker) -> Iterator[Page]:
    """A page with the proxy and the thumbnail of what a phone films: HEVC in 10 bits, held upright."""
    clip = make(".mov", codec="hevc10", rotation=90, seconds=3, cuts=(), size=(640, 360), seed=91)
    proxied(clip, tmp_path)
    thumbnail(clip, tmp_path)
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    shown = browser.new_page()
    shown.set_default_timeout(PATIENCE_MS)
    shown.goto((tmp_path / "page.html").as_uri())
    shown.wait_for_function(READY)
    yield shown
    shown.close()


def test_a_proxy_plays_with_its_sound_and_can_be_sought_in_and_a_thumbnail_is_shown(page: Page) -> None:
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    error, width, height, duration, frames, heard = page.evaluate(FACTS)
    assert error is None
    assert (width, height) == (360, 640)
    assert duration == pytest.approx(3.0, abs=0.1)
    assert frames > 0 and heard > 0
    page.evaluate("() => document.querySelector('video').pause()")
    pictures = []
    for seconds in (2.5, 0.5):
        assert page.evaluate(SEEK, seconds) == pytest.approx(seconds, abs=0.05)
        png = page.locator("video").screenshot()
        pictures.append(np.asarray(Image.open(io.BytesIO(png)).convert("L"), np.int16))
    assert min(picture.std() for picture in pictures) > 15
    assert np.abs(pictures[0] - pictures[1]).mean() > 5, "another moment is another picture"
    size = "() => { const one = document.querySelector('img'); return [one.naturalWidth, one.naturalHeight]; }"
    assert page.evaluate(size) == [360, 640]
