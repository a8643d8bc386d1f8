"""An edit gets the captions of a file: in its style, within its width and length, its voice's times kept."""

import pytest

from app.editing.srt import write_srt
from app.errors import InputError, UnknownName
from app.models.edit import Cue, Edit
from app.tests.editing.full_edit import full_edit
from app.workflows.clips.from_srt import with_srt

SENTENCE = "O propoziție lungă care pe un telefon nu încape pe două rânduri nici cu bunăvoință"
LONG = f"1\n00:00:00,000 --> 00:00:04,000\n{SENTENCE}\n"


def cues(edit: Edit) -> tuple[Cue, ...]:
    assert edit.captions is not None
    return edit.captions.cues


def test_the_file_takes_the_place_of_the_captions() -> None:
    before = full_edit()
    done = with_srt(before, "1\n0:0:1.0 --> 0:0:2.5\nOfertă nouă\n")
    assert [word.text for cue in cues(done.edit) for word in cue.words] == ["Ofertă", "nouă"]
    assert (cues(done.edit)[0].start, cues(done.edit)[0].end) == (30, 75)
    assert [finding.code for finding in done.findings] == ["time_format"]
    assert done.edit.id != before.id and done.edit.evolve(id=before.id, captions=before.captions) == before


def test_a_corrected_word_leaves_all_times_as_they_are() -> None:
    before = full_edit()
    assert before.captions is not None
    done = with_srt(before, write_srt(before.captions.cues).replace("gata", "Gata!"))
    spoken = [(word.start, word.text) for cue in cues(done.edit) for word in cue.words if word.spoken]
    assert spoken == [(0, "Țesături"), (12, "șireturi"), (40, "Gata!")]


def test_the_same_captions_are_the_same_edit() -> None:
    once = with_srt(full_edit(), LONG).edit
    assert with_srt(once, LONG).edit is once


def test_style_and_whether_they_are_drawn_can_be_said() -> None:
    done = with_srt(full_edit(), LONG, style="clean", burnt=False, language="en").edit.captions
    assert done is not None
    assert (done.style, done.burnt, done.language) == ("clean", False, "en")


def test_an_edit_without_captions_and_voice_gets_some_in_the_language_they_are_in() -> None:
    done = with_srt(full_edit(captions=None, voice=None), LONG).edit.captions
    assert done is not None
    assert (done.style, done.burnt, done.language) == ("bold", True, "ro")


def test_what_is_too_wide_for_the_picture_becomes_several_captions_on_two_lines() -> None:
    found = cues(with_srt(full_edit(), LONG).edit)
    assert len(found) > 1
    assert all(len(cue.lines) <= 2 for cue in found)
    assert (found[0].start, found[-1].end) == (0, 120)


def test_nothing_is_shown_on_the_end_card() -> None:
    done = with_srt(full_edit(), "1\n00:00:08,000 --> 00:00:20,000\nla final\n")
    assert cues(done.edit)[-1].end == 315 - 45
    assert [finding.code for finding in done.findings] == ["cut_short"]


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(InputError, match="Line 1: There is no caption"):
        with_srt(full_edit(), "no captions")
    with pytest.raises(UnknownName):
        with_srt(full_edit(), LONG, style="loud")
