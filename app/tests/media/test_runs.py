"""How much of a suspicious group is decoded: until it looks like the next key frame, or until something moves."""

from pathlib import Path

import pytest

from app.media.gate import suspects_of, told_by_glances
from app.media.glance import Glance, Reading, glances
from app.media.groups import Group, groups_of
from app.media.probe import probe
from app.media.runs import Suspect, decode_runs
from app.media.signals import Signals
from app.models.control import Control
from app.tests.conftest import ClipMaker

EACH_2_SECONDS = ("-preset", "ultrafast", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-crf", "12")


class Footage:
    """A clip with its groups and a glance at each."""

    def __init__(self, path: Path) -> None:
        self.reading = Reading(path, probe(path), Control(), 10**9)
        self.groups: list[Group] = groups_of(path, Control(), 10**9) or []
        self.seen: list[Glance] = glances(self.reading, self.groups, lambda _: None)

    def runs(self, *suspects: Suspect) -> tuple[list[Signals], int]:
        """Decode these; also how many pictures were told to be done."""
        done: list[int] = []
        return decode_runs(self.reading, list(suspects), done.append), sum(done)


@pytest.fixture
def clip(make: ClipMaker) -> Footage:
    options = {"size": (320, 180), "options": EACH_2_SECONDS, "audio": None}
    return Footage(make(cuts=(2.5, 6.0), seconds=8.0, kinds=("moving", "moving", "frozen"), **options))


def test_a_group_is_decoded_until_it_looks_like_the_next_key_frame(clip: Footage) -> None:
    (run,), done = clip.runs(Suspect(clip.groups[1], clip.seen[2].histograms))
    assert 15 < len(run) < 60 and done == 60
    assert run.is_dense.all()


def test_one_at_whose_start_nothing_moves_until_something_does(clip: Footage) -> None:
    (moving,), done = clip.runs(Suspect(clip.groups[0], clip.seen[1].histograms, differs=False, still=True))
    assert len(moving) < 25 and done == 60
    (frozen,), done = clip.runs(Suspect(clip.groups[3], (), differs=False, still=True))
    assert len(frozen) == 60 == done


def test_a_long_group_is_decoded_though_its_key_frames_look_alike(clip: Footage) -> None:
    alike = [clip.seen[0]] * 4
    assert suspects_of(clip.groups, alike, short=60)[:3] == [None] * 3
    assert all(s and s.differs for s in suspects_of(clip.groups, alike, short=59)[:3])


def test_only_what_stands_still_in_all_three_pictures_is_still(clip: Footage) -> None:
    found = suspects_of(clip.groups, clip.seen, short=60)
    assert [bool(s and s.still) for s in found[:3]] == [False, False, False]
    assert found[1] is not None and found[1].differs
    assert found[3] is not None and not found[3].after


def test_only_groups_that_a_glance_decides_about_are_glanced_at() -> None:
    def told(*pictures: int) -> list[bool]:
        return told_by_glances([Group(0, None, 3, count) for count in pictures], short=60)

    assert told(30, 30, 30) == [True] * 3
    assert told(90, 90, 90) == [False] * 3
    assert told(90, 30, 90, 90) == [False, True, True, False], "the one after a short group says whether that is over"


def test_a_long_group_needs_no_glance(clip: Footage) -> None:
    unseen = suspects_of(clip.groups, [None, None, *clip.seen[2:]], short=59)
    assert [bool(s and s.after) for s in unseen[:3]] == [False, True, True]
