import socket
import threading
import time

import pytest

from app.config import Settings
from app.editing.script.spoken import prepare
from app.errors import Cancelled, VoiceError
from app.models.control import Control
from app.services.speech.choice import choose_voice
from app.services.speech.edge import Edge
from app.services.speech.provider import Spoken
from app.tests.services.speech.edge_server import GAP_SECONDS, LEAD_SECONDS, WORD_SECONDS, EdgeServer

ALINA = "edge:ro-RO-AlinaNeural"


def say(settings: Settings, script: str = "Salut, costă 49,99 lei", control: Control | None = None) -> Spoken:
    voice = choose_voice(ALINA, "ro", settings)
    return Edge().speak(prepare(script, "ro"), voice, 1.0, control or Control())


def test_times_are_the_services_own(settings: Settings, edge: EdgeServer) -> None:
    spoken = say(settings, "Salut tuturor azi")
    starts = [LEAD_SECONDS + at * (WORD_SECONDS + GAP_SECONDS) for at in range(3)]
    assert [time.start for time in spoken.words] == pytest.approx(starts)
    assert [time.end for time in spoken.words] == pytest.approx([start + WORD_SECONDS for start in starts])


def test_the_request_has_the_voice_the_speed_and_escaped_text(settings: Settings, edge: EdgeServer) -> None:
    voice = choose_voice(ALINA, "ro", settings)
    Edge().speak(prepare("Tom & Jerry <b>", "ro"), voice, 1.15, Control())
    assert "<voice name='Microsoft Server Speech Text to Speech Voice (ro-RO, AlinaNeural)'>" in edge.requests[0]
    assert "rate='+15%'" in edge.requests[0]
    assert "<b>" not in edge.requests[0]


@pytest.mark.parametrize(
    ("mode", "why", "hint"),
    [
        ("refuse", "refused the request (403)", "espeak:ro"),
        ("silent", "sent no sound", "voice's name"),
        ("nonsense", "cannot be used", "espeak:ro"),
        ("broken", "no MP3", "espeak:ro"),
    ],
)
def test_what_goes_wrong_is_named(settings: Settings, edge: EdgeServer, mode: str, why: str, hint: str) -> None:
    edge.mode = mode
    with pytest.raises(VoiceError) as caught:
        say(settings)
    assert why in caught.value.message
    assert hint in caught.value.hint


def test_without_a_network_it_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", f"ws://127.0.0.1:{port}/x?y=1")
    with pytest.raises(VoiceError) as caught:
        say(settings)
    assert "cannot be reached" in caught.value.message
    assert "--voice espeak:ro" in caught.value.hint


def test_a_service_that_hangs_is_given_up(
    settings: Settings, edge: EdgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.mode = "hang"
    monkeypatch.setattr("app.services.speech.edge._SECONDS", 0.5)
    with pytest.raises(VoiceError) as caught:
        say(settings)
    assert "did not answer in time" in caught.value.message


def test_cancelling_stops_it_at_once(settings: Settings, edge: EdgeServer) -> None:
    edge.mode = "hang"
    control = Control()
    threading.Timer(0.3, control.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        say(settings, control=control)
    assert time.monotonic() - started < 10  # the service is waited for much longer
