from importlib.resources import files

import pytest

from app.data import caption_styles, find, presets, qualities
from app.errors import UnknownName

PRESETS = [
    *("tiktok", "instagram_reels", "instagram_story", "youtube_shorts"),
    *("facebook_reels", "square", "landscape", "generic"),
]


def test_every_preset_is_there_with_room_for_captions() -> None:
    assert list(presets()) == PRESETS
    for preset in presets().values():
        area = preset.safe_area
        assert preset.width % 2 == 0 and preset.height % 2 == 0
        assert preset.width - area.left - area.right >= 700
        assert preset.height - area.top - area.bottom >= 700


def test_qualities_and_styles() -> None:
    assert list(qualities()) == ["draft", "standard", "high"]
    assert len(caption_styles()) >= 3
    assert "bold" in caption_styles()


def test_every_data_file_says_its_date_and_source() -> None:
    for file in files("app.data").iterdir():
        if file.name.endswith(".toml"):
            text = file.read_text(encoding="utf-8")
            assert "# date: " in text, file.name
            assert "# source: " in text, file.name


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="tiktock") as caught:
        find("preset", presets(), "tiktock")
    assert "instagram_reels" in caught.value.hint
