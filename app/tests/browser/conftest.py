"""One browser for all tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from app.tests.ground.browsers import a_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser; tests are skipped where there is none."""
    with a_browser() as found:
        yield found
