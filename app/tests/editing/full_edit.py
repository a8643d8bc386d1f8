"""An edit document with everything in it that a document can have."""

from typing import Any

from app.models.edit import Edit

FILM, SILENT, PHOTO, LOGO, SONG, VOICE = ("a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64, "f" * 64)


def full_edit(**changes: Any) -> Edit:
    """Return a clip of 315 frames: three shots, two transitions, a photograph, an end card, all kinds of sound."""
    return Edit.model_validate(
        {
            "id": "x",
            "name": "clip-01",
            "preset": "tiktok",
            "quality": "draft",
            "canvas": {"width": 540, "height": 960},
            "frames": 315,
            "sources": [
                {"content_hash": FILM, "name": "film ș 1.mp4", "duration": 12.012, "has_audio": True},
                {"content_hash": SILENT, "name": "silent.mov", "duration": 20.0, "has_audio": False},
                {"content_hash": PHOTO, "name": "photo.jpg", "duration": 0, "has_audio": False, "kind": "photo"},
                {"content_hash": LOGO, "name": "logo.png", "duration": 0, "has_audio": False, "kind": "logo"},
                {"content_hash": SONG, "name": "song.mp3", "duration": 5.0, "has_audio": True, "kind": "music"},
            ],
            "shots": [
                {"id": "1", "source": FILM, "source_start": 1.033333, "frames": 90, "framing": "crop"},
                {
                    **{"id": "2", "source": SILENT, "source_start": 7.123457, "frames": 100, "framing": "blur"},
                    "enter": {"kind": "dissolve", "frames": 12},
                },
                {
                    **{"id": "3", "source": PHOTO, "source_start": 0.0, "frames": 80, "framing": "crop"},
                    "enter": {"kind": "dip", "frames": 8},
                    "move": {"start": {"zoom": 1.0}, "end": {"x": 0.4, "zoom": 1.2}},
                },
            ],
            "voice": {"audio_hash": VOICE, "voice_id": "v", "language": "ro", "duration": 8.5, "speed": 1.0},
            "source_sound": {"mode": "on", "level_db": -12.0},
            "music": {"source": SONG, "start": 1.0},
            "captions": {
                "style": "bold",
                "language": "ro",
                "cues": [
                    {
                        **{"id": "c1", "start": 0, "end": 40, "lines": [2, 1]},
                        "words": [
                            {"text": "Țesături", "start": 0, "end": 12},
                            {"text": "&", "start": 12, "end": 12, "spoken": False},
                            {"text": "<b>șireturi</b>", "start": 12, "end": 40},
                        ],
                    },
                    {**{"id": "c2", "start": 40, "end": 71, "lines": [1]}, "words": [_word("gata", 40, 60)]},
                ],
            },
            "brand": {
                "logo": {"source": LOGO},
                "call_to_action": {"text": "Comandă azi", "start": 200, "end": 270},
                "end_card": {"frames": 45, "lines": ["edit.ro"]},
            },
            **changes,
        }
    )


def _word(text: str, start: int, end: int) -> dict[str, object]:
    return {"text": text, "start": start, "end": end}
