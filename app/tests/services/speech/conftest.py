from collections.abc import Iterator

import pytest

from app.tests.services.speech.edge_server import EdgeServer, edge_server


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[EdgeServer]:
    """A local Edge-TTS that the real client talks to."""
    with edge_server() as server:
        monkeypatch.setattr("edge_tts.communicate.WSS_URL", server.url)
        yield server
