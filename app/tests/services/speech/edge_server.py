"""A server on this machine that speaks Edge-TTS's WebSocket protocol: a tone for every word, with its boundary."""

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from xml.sax.saxutils import unescape

import av
import numpy as np
import websockets
from websockets.sync.server import Server, ServerConnection, serve

RATE = 24000
TICKS = 10_000_000
WORD_SECONDS, GAP_SECONDS, LEAD_SECONDS = 0.3, 0.1, 0.1


class EdgeServer:
    """What the client asked, and how to answer: `mode` is ok, refuse, silent, nonsense, hang or broken."""

    def __init__(self) -> None:
        self.mode = "ok"
        self.requests: list[str] = []
        self.headers: list[str] = []
        self.port = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/edge/v1?TrustedClientToken=test"

    def refuse(self, connection: ServerConnection, request: websockets.Request) -> websockets.Response | None:
        self.headers.append(request.headers.get("Origin", ""))
        return connection.respond(HTTPStatus.FORBIDDEN, "no") if self.mode == "refuse" else None

    def answer(self, connection: ServerConnection) -> None:
        connection.recv()
        ssml = str(connection.recv())
        self.requests.append(ssml)
        connection.send("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        if self.mode == "hang":
            self.over.wait(60)
            return
        if self.mode == "nonsense":
            connection.send("Path:surprise\r\n\r\n{}")
        words = said_in(ssml)
        for at, word in enumerate(words):
            connection.send(f"Path:audio.metadata\r\n\r\n{boundary(at, word)}")
        if self.mode != "silent":
            data = b"no mp3 at all" * 50 if self.mode == "broken" else tones(len(words))
            for at in range(0, len(data), 2000):
                connection.send(framed(data[at : at + 2000]))
        connection.send("Path:turn.end\r\n\r\n{}")


def said_in(ssml: str) -> list[str]:
    """The words of the request without punctuation; the service says "e-mail" as two and joins none."""
    match = re.search(r"<prosody[^>]*>(.*)</prosody>", ssml, re.DOTALL)
    assert match
    return [part for word in unescape(match[1]).split() for part in re.findall(r"[\w'’]+", word)]


def boundary(at: int, word: str) -> str:
    start = LEAD_SECONDS + at * (WORD_SECONDS + GAP_SECONDS)
    data = {"Offset": round(start * TICKS), "Duration": round(WORD_SECONDS * TICKS), "text": {"Text": word}}
    return json.dumps({"Metadata": [{"Type": "WordBoundary", "Data": data}]})


def tones(count: int) -> bytes:
    """An MP3 with one tone a word."""
    time_line = np.arange(round(WORD_SECONDS * RATE)) / RATE
    word = (9000 * np.sin(2 * np.pi * 300 * time_line)).astype(np.int16)
    gap = np.zeros(round(GAP_SECONDS * RATE), dtype=np.int16)
    lead = np.zeros(round(LEAD_SECONDS * RATE), dtype=np.int16)
    samples = np.concatenate([lead, *[part for _ in range(count) for part in (word, gap)], np.zeros(RATE, np.int16)])
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


def framed(data: bytes) -> bytes:
    head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
    return len(head).to_bytes(2, "big") + head + data


@contextmanager
def edge_server() -> Iterator[EdgeServer]:
    state = EdgeServer()
    server: Server = serve(state.answer, "127.0.0.1", 0, process_request=state.refuse)
    state.port = server.socket.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        thread.join(10)
