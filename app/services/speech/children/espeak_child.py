"""Speaks one text with espeak-ng. Run as a script: JSON on standard input, JSON on standard output.

Request {"do": "voices"} or {"do": "speak", "text", "voice", "wpm"}. Answer {"voices": [[code, name, gender], ...]} or
{"rate": Hz, "pcm": base64 of 16-bit mono, "events": [[character, length, sample], ...]}: where each word begins, in
the text (from 0) and in the sound; an event of length 0 marks the end of a clause.
"""

import base64
import ctypes
import json
import os
import sys
from typing import Any

import espeakng_loader

# from espeak-ng's speak_lib.h
SYNCHRONOUS = 2
RATE = 1
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
EVENT_NONE, EVENT_WORD, EVENT_END = 0, 1, 5
GENDERS = {1: "male", 2: "female"}


class Event(ctypes.Structure):
    """`espeak_EVENT`."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class Voice(ctypes.Structure):
    """`espeak_VOICE`, as far as it is read."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
    )


Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def load() -> tuple[ctypes.CDLL, int]:
    """Return the library, ready, and the rate of its sound in Hz."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    if rate <= 0:
        raise RuntimeError("espeak-ng cannot read its data")
    return library, rate


def voices(library: ctypes.CDLL) -> list[list[str]]:
    """Return language code, name and gender of every voice that needs no other program."""
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(Voice))
    listed = library.espeak_ListVoices(None)
    found: list[list[str]] = []
    for pointer in iter_until_null(listed):
        voice = pointer.contents
        if not voice.identifier.startswith(b"mb/"):  # those need MBROLA
            code = voice.languages[1:].decode()  # the first byte is a priority
            found.append([code, voice.name.decode(), GENDERS.get(voice.gender, "")])
    return found


def iter_until_null(listed: Any) -> list[Any]:
    """Return the pointers of a C array that ends with a null one."""
    pointers: list[Any] = []
    while listed[len(pointers)]:
        pointers.append(listed[len(pointers)])
    return pointers


def speak(library: ctypes.CDLL, rate: int, request: dict[str, Any]) -> dict[str, Any]:
    """Speak the text of `request`."""
    sound = bytearray()
    events: list[list[int]] = []

    def receive(samples: Any, count: int, happened: Any) -> int:
        if samples and count > 0:
            sound.extend(ctypes.string_at(samples, count * 2))
        at = 0
        while happened[at].type != EVENT_NONE:
            event = happened[at]
            if event.type in {EVENT_WORD, EVENT_END}:
                length = event.length if event.type == EVENT_WORD else 0
                events.append([event.text_position - 1, length, event.sample])
            at += 1
        return 0

    callback = Callback(receive)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(request["voice"].encode()) != 0:
        raise RuntimeError(f"it has no voice named {request['voice']}")
    library.espeak_SetParameter(RATE, request["wpm"], 0)
    text = request["text"].encode()
    if library.espeak_Synth(text, len(text) + 1, 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None) != 0:
        raise RuntimeError("it refused the text")
    library.espeak_Synchronize()
    return {"rate": rate, "pcm": base64.b64encode(sound).decode(), "events": events}


def main() -> None:
    """Answer one request."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the library prints must not mix with the answer
    request = json.loads(sys.stdin.buffer.read())
    try:
        library, rate = load()
        answer = {"voices": voices(library)} if request["do"] == "voices" else speak(library, rate, request)
    except (RuntimeError, OSError) as error:
        answer = {"error": str(error)}
    json.dump(answer, answers)
    answers.close()


if __name__ == "__main__":
    main()
