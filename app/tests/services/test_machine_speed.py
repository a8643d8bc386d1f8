"""What renders took is learnt, slowly, for this machine alone, and never in a render's way."""

import platform

import pytest

from app.config import Settings
from app.data import qualities
from app.models.edit import Canvas
from app.services.machine_speed import FEWEST_MEGAPIXELS, Speeds, megapixels, note_render, render_seconds

CANVAS = Canvas(width=1000, height=1000)


def each(settings: Settings, quality: str = "standard") -> float:
    return render_seconds(settings, quality, CANVAS, 1)


def test_before_anything_was_rendered_the_qualities_say_it(settings: Settings) -> None:
    assert each(settings) == qualities()["standard"].seconds_per_megapixel
    assert render_seconds(settings, "standard", CANVAS, 40) == pytest.approx(40 * each(settings))


def test_a_render_is_learnt_from_and_later_ones_change_it_slowly(settings: Settings) -> None:
    note_render(settings, "standard", 100, 10)
    assert each(settings) == pytest.approx(0.1)
    note_render(settings, "standard", 100, 20)
    assert each(settings) == pytest.approx(0.13)
    assert each(settings, "draft") == qualities()["draft"].seconds_per_megapixel
    for _ in range(20):
        note_render(settings, "standard", 100, 20)
    assert each(settings) == pytest.approx(0.2, rel=0.01)


def test_too_little_to_measure_is_not_learnt_from(settings: Settings) -> None:
    note_render(settings, "standard", FEWEST_MEGAPIXELS / 2, 10)
    note_render(settings, "standard", FEWEST_MEGAPIXELS * 2, 0)
    assert not (settings.data_dir / "speed.json").exists()


@pytest.mark.parametrize(
    "content", ["", "{", '{"machine": 7}', '{"machine": "M", "seconds_per_megapixel": {"draft": -1}}']
)
def test_a_record_that_cannot_be_read_begins_anew(settings: Settings, content: str) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "speed.json").write_text(content.replace("M", platform.node()))
    assert each(settings) == qualities()["standard"].seconds_per_megapixel
    note_render(settings, "standard", 100, 10)
    assert each(settings) == pytest.approx(0.1)


def test_another_machine_has_another_speed(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    other = Speeds(machine="another", seconds_per_megapixel={"standard": 7.0})
    (settings.data_dir / "speed.json").write_text(other.model_dump_json())
    assert each(settings) == qualities()["standard"].seconds_per_megapixel


def test_a_folder_that_cannot_be_written_is_no_trouble(settings: Settings) -> None:
    settings.data_dir.parent.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(update={"data_dir": settings.data_dir / "file" / "below"})
    settings.data_dir.parent.parent.mkdir(parents=True, exist_ok=True)
    settings.data_dir.parent.write_text("")
    note_render(settings, "standard", 100, 10)
    assert each(settings) == qualities()["standard"].seconds_per_megapixel


def test_megapixels() -> None:
    assert megapixels(Canvas(width=1080, height=1920), 30) == pytest.approx(62.208)
