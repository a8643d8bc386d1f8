"""Options are the main job's own fields, of which any may be left open; a brand is what a brand file says."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.models.brand import BrandWish, CallWish, CardWish, LogoWish
from app.models.edit import SourceSound, Transition
from app.models.library.brand import ProjectBrand, ProjectLogo
from app.models.library.options import LARGEST_SEED, ClipOptions, MusicOption
from app.models.make import MakeRequest

FULL: dict[str, Any] = {
    "duration": 15.5,
    "count": 3,
    "language": "ro",
    "voice": "edge:ro-RO-AlinaNeural",
    "speed": 1.05,
    "preset": "square",
    "quality": "high",
    "captions": "karaoke",
    "words_per_cue": 2,
    "framing": "blur",
    "source_sound": {"mode": "ambience", "level_db": -12.0, "duck_db": 6.0},
    "music": {"music_id": "m", "start": 2.0, "level_db": -18.0},
    "transition": {"kind": "dip", "frames": 12},
    "pauses": 0.4,
    "over_length": "keep",
    "strict": True,
    "thorough": True,
    "allow_alike": True,
    "seed": -7,
}


def test_there_is_an_option_for_every_field_of_a_request() -> None:
    given_otherwise = {
        "files",
        "optional",
        "scripts",
        "script_ids",
        "detected",
        "brand",
        "marks",
        "names",
        "in_order",
        "render",
        "out",
    }
    assert set(ClipOptions.model_fields) == set(MakeRequest.model_fields) - given_otherwise == set(FULL)


def test_what_is_stored_comes_back() -> None:
    full = ClipOptions.model_validate(FULL)
    assert full.for_storing() == full.model_dump(mode="json")
    assert ClipOptions.model_validate(full.for_storing()) == full
    assert ClipOptions().for_storing() == {}
    assert ClipOptions(strict=False, seed=0).for_storing() == {"strict": False, "seed": 0}


def test_what_is_not_said_is_as_the_base_says() -> None:
    base = ClipOptions(count=3, voice="espeak:ro", strict=True)
    wish = ClipOptions(count=1, strict=False, music=MusicOption(music_id="m"))
    assert wish.over(base).said() == {
        "count": 1,
        "strict": False,
        "voice": "espeak:ro",
        "music": MusicOption(music_id="m"),
    }
    assert ClipOptions().over(base) == base
    assert base.over(ClipOptions()) == base


def test_a_transition_without_a_length_has_the_usual_one() -> None:
    assert ClipOptions.model_validate({"transition": {"kind": "dissolve"}}).transition == Transition(
        kind="dissolve", frames=10
    )
    assert ClipOptions.model_validate({"transition": {}}).transition == Transition()
    assert ClipOptions.model_validate({"transition": {"kind": "cut"}}).transition == Transition()


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": 0.9},
        {"duration": float("nan")},
        {"count": 0},
        {"count": "many"},
        {"language": "română"},
        {"voice": ""},
        {"voice": "a\0"},
        {"speed": 2.1},
        {"preset": "vhs"},
        {"quality": "best"},
        {"captions": "comic"},
        {"words_per_cue": 6},
        {"framing": "zoom"},
        {"source_sound": {"mode": "loud"}},
        {"source_sound": {"keep": 2}},
        {"music": {"start": 1}},
        {"music": {"music_id": "m", "path": "/etc/passwd"}},
        {"transition": {"kind": "cut", "frames": 2}},
        {"transition": {"kind": "dissolve", "frames": 3}},
        {"transition": {"kind": "dissolve", "frames": None}},
        {"transition": "dissolve"},
        {"pauses": 0},
        {"over_length": "loop"},
        {"seed": LARGEST_SEED + 1},
        {"out": "/tmp"},
    ],
)
def test_what_is_no_option(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ClipOptions.model_validate(wrong)


def test_a_brand_is_what_a_brand_file_says() -> None:
    call, card = CallWish(text="Vino azi!", start=1, colour="112233"), CardWish(lines=("Cafea",), logo=False)
    logo = ProjectLogo(asset_id="a", corner="bottom-right", width=0.2, opacity=0.5)
    brand = ProjectBrand(logo=logo, call_to_action=call, end_card=card)
    place = Path("logo.png")
    wish = LogoWish(file=place, corner="bottom-right", width=0.2, opacity=0.5)
    assert brand.as_wish(place) == BrandWish(logo=wish, call_to_action=call, end_card=card)
    assert brand.as_wish(None) == BrandWish(call_to_action=call, end_card=card)
    assert ProjectBrand().as_wish(place) == BrandWish()
    assert set(ProjectLogo.model_fields) - {"asset_id"} == set(LogoWish.model_fields) - {"file"}
    assert ProjectBrand.model_validate(brand.model_dump(mode="json")) == brand


def test_source_sound_keeps_its_own_defaults() -> None:
    options = ClipOptions.model_validate({"source_sound": {"mode": "muted"}})
    assert options.source_sound == SourceSound(mode="muted")
