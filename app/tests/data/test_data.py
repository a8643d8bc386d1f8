from importlib.resources import files
from pathlib import Path

import pytest

from app.data import caption_styles, find, presets, prices, qualities
from app.errors import InputError, UnknownName

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
    assert list(caption_styles()) == ["bold", "clean", "boxed", "karaoke", "headline"]


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


def test_every_provider_has_a_price_with_date_and_source(tmp_path: Path) -> None:
    table = prices(tmp_path / "prices.toml")
    assert list(table) == ["elevenlabs", "gemini", "edge_tts", "piper", "espeak"]
    for models in table.values():
        assert "default" in models
        assert all(price.date and price.source for price in models.values())
    assert all(table[name]["default"].characters == 0 for name in ("edge_tts", "piper", "espeak"))
    for name in ("elevenlabs", "gemini"):  # what is not known is taken for the dearest
        dearest, *rest = sorted(table[name].values(), key=lambda price: -(price.characters + price.input_tokens))
        assert table[name]["default"].of({"characters": 9, "input_tokens": 9}) == dearest.of(
            {"characters": 9, "input_tokens": 9}
        )
        assert rest


def test_a_persons_own_prices_come_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(
        '[elevenlabs.default]\ndate = "2027-01-01"\nsource = "invoice"\ncharacters = 7\n'
        '[new.default]\ndate = "2027-01-01"\nsource = "invoice"\n',
        encoding="utf-8",
    )
    table = prices(own)
    assert table["elevenlabs"]["default"].characters == 7
    assert table["elevenlabs"]["eleven_flash_v2_5"].characters == 50_000_000
    assert table["new"]["default"].source == "invoice"


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "elevenlabs = 3",
        "[elevenlabs]\ndefault = 3",
        '[e.default]\ndate = "d"\nsource = "s"\ncharacters = -1',
        '[e.default]\ndate = "d"\nsource = "s"\ncharacters = 0.5',
        "[e.default]\ncharacters = 1",
    ],
)
def test_wrong_prices_of_ones_own_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"prices\.toml") as caught:
        prices(tmp_path / "prices.toml")
    assert "micro-dollars" in caught.value.hint
