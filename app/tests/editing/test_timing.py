"""Length, speed and cut points."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editing.timing import (
    LONGEST_SLOT,
    MAX_SPEED,
    OVER_TARGET,
    SHORTEST_SLOT,
    TAIL_SECONDS,
    clip_frames,
    even_slots,
    speed_to_fit,
    voice_slots,
)
from app.errors import InputError, VoiceTooLong
from app.models.timing import frame_at
from app.models.voice import TimedToken


def spoken(seed: int, seconds: float, pause_every: int = 7, pause: float = 0.35) -> list[TimedToken]:
    """Return words of 0.15 to 0.5 s with a pause after every clause, for about `seconds`."""
    rng = random.Random(seed)  # noqa: S311
    tokens: list[TimedToken] = []
    time = 0.1
    while time < seconds:
        end = time + rng.uniform(0.15, 0.5)
        breaks = len(tokens) % pause_every == pause_every - 1
        tokens.append(TimedToken(index=len(tokens), text="word", start=time, end=end, breaks_after=breaks))
        time = end + (pause if breaks else 0.03)
    return tokens


def starts(slots: tuple[int, ...]) -> list[int]:
    """Return the frames at which every slot but the first begins."""
    return list(itertools.accumulate(slots))[:-1]


@pytest.mark.parametrize(("voice", "frames"), [(19.6, 600), (19.61, 601), (0.0, 12), (10.0, 312), (1 / 3, 22)])
def test_a_clip_is_the_voice_and_its_tail_in_whole_frames(voice: float, frames: int) -> None:
    assert clip_frames(voice) == frames


@given(st.floats(0.01, 600))
def test_a_clip_never_cuts_the_tail_and_wastes_less_than_a_frame(voice: float) -> None:
    assert -1e-6 <= clip_frames(voice) / 30 - (voice + TAIL_SECONDS) < 1 / 30 + 1e-6


@pytest.mark.parametrize("clip", [5.0, 20.0, 21.9, 22.0])
def test_a_voice_inside_the_budget_keeps_its_speed(clip: float) -> None:
    assert speed_to_fit(clip, 20, 1.0, 50) == 1.0
    assert speed_to_fit(clip, 20, 0.9, 50) == 0.9


def test_a_voice_beyond_the_budget_is_sped_up_just_enough() -> None:
    speed = speed_to_fit(24.0, 20, 1.0, 60)
    assert 1.0 < speed <= MAX_SPEED
    assert (24.0 - TAIL_SECONDS) / speed + TAIL_SECONDS <= 20 * OVER_TARGET


def test_speeding_up_starts_from_the_speed_it_was_spoken_at() -> None:
    assert speed_to_fit(24.0, 20, 1.02, 60) > speed_to_fit(24.0, 20, 1.0, 60)


@given(st.floats(5, 120), st.floats(0.5, 2.0), st.floats(0.8, 1.15))
def test_any_speed_given_is_allowed_and_fits(target: float, over: float, speed: float) -> None:
    clip = target * over
    try:
        faster = speed_to_fit(clip, target, speed, 100)
    except VoiceTooLong:
        assert (clip - TAIL_SECONDS) * speed / MAX_SPEED + TAIL_SECONDS > target * OVER_TARGET - 0.02
        return
    assert speed <= faster <= MAX_SPEED
    assert (clip - TAIL_SECONDS) * speed / faster + TAIL_SECONDS <= target * OVER_TARGET + 0.5 / 30 + 1e-6


def test_a_voice_too_long_says_how_many_words_to_cut() -> None:
    with pytest.raises(VoiceTooLong) as caught:
        speed_to_fit(30.4, 20, 1.0, 75)
    message, hint = caught.value.message, caught.value.hint
    assert "30.4 s" in message
    assert "20 s" in message
    assert "22.0 s" in message
    assert "1.15" in message
    # 30 s at 1.15 is 26.1 s for 75 words, and 21.6 s are left: 13 of 75 words are too many.
    assert "Cut about 13 of its 75 words" in hint
    assert "--duration" in hint
    assert "--over-length keep" in hint


def test_the_duration_in_the_hint_would_work() -> None:
    with pytest.raises(VoiceTooLong) as caught:
        speed_to_fit(30.4, 20, 1.0, 75)
    duration = int(caught.value.hint.split("--duration ")[1].split(")")[0])
    assert speed_to_fit(30.4, duration, 1.0, 75) <= MAX_SPEED


@given(st.integers(5, 300), st.floats(1.3, 4.0))
def test_cutting_the_words_it_names_is_enough(words: int, over: float) -> None:
    target, clip = 20.0, 20.0 * over
    try:
        speed_to_fit(clip, target, 1.0, words)
    except VoiceTooLong as error:
        if "Cut about" not in error.hint:
            return
        cut = int(error.hint.split("Cut about ")[1].split()[0])
        left = (clip - TAIL_SECONDS) * (words - cut) / words + TAIL_SECONDS
        assert speed_to_fit(left, target, 1.0, words - cut) <= MAX_SPEED


def test_a_voice_already_at_full_speed_is_not_sped_up_again() -> None:
    with pytest.raises(VoiceTooLong):
        speed_to_fit(22.5, 20, MAX_SPEED, 60)


def test_a_voice_asked_for_faster_than_the_limit_is_named_with_its_own_speed() -> None:
    with pytest.raises(VoiceTooLong, match=r"at 1\.3 times"):
        speed_to_fit(40, 20, 1.3, 60)


def test_a_target_shorter_than_the_tail_is_an_error_and_not_a_division_by_zero() -> None:
    with pytest.raises(VoiceTooLong) as caught:
        speed_to_fit(10, 0.3, 1.0, 20)
    assert "Cut about" not in caught.value.hint


def test_keep_takes_a_voice_that_cannot_fit_as_it_is() -> None:
    assert speed_to_fit(60, 20, 1.0, 150, "keep") == 1.0
    assert 1.0 < speed_to_fit(24, 20, 1.0, 60, "keep") <= MAX_SPEED


@given(st.integers(0, 10_000), st.floats(4, 90))
def test_slots_add_up_begin_on_words_and_keep_their_bounds(seed: int, seconds: float) -> None:
    tokens = spoken(seed, seconds)
    total = clip_frames(tokens[-1].end)
    slots = voice_slots(tokens, total, seed)
    words = {frame_at(token.start) for token in tokens}
    assert sum(slots) == total
    assert set(starts(slots)) <= words
    assert all(SHORTEST_SLOT <= length <= LONGEST_SLOT for length in slots)


def test_slots_average_around_two_and_a_third_seconds_and_vary() -> None:
    slots = [length for seed in range(20) for length in voice_slots(spoken(seed, 30), 924, seed)]
    assert 60 <= sum(slots) / len(slots) <= 78
    assert len(set(slots)) > 15


def test_most_slots_begin_with_a_clause() -> None:
    tokens = spoken(3, 60)
    clause = {frame_at(after.start) for before, after in itertools.pairwise(tokens) if before.breaks_after}
    begins = starts(voice_slots(tokens, clip_frames(tokens[-1].end), 3))
    assert sum(begin in clause for begin in begins) >= 0.6 * len(begins)


def test_a_clause_begins_after_an_emoji_too() -> None:
    def word(index: int, start: float, **more: bool) -> TimedToken:
        return TimedToken(index=index, text="w", start=start, end=start + 0.2, **more)

    tokens = [word(n, 0.3 * n) for n in range(7)]
    tokens += [word(7, 2.1, breaks_after=True), word(8, 2.3, spoken=False)]
    tokens += [word(9 + n, 2.5 + 0.3 * n) for n in range(8)]
    assert voice_slots(tokens, 150, 1) == (75, 75)


def test_the_unspoken_are_never_cut_at() -> None:
    tokens = [TimedToken(index=n, text="🔥", start=n * 0.5, end=n * 0.5, spoken=False) for n in range(8)]
    tokens += [TimedToken(index=8, text="w", start=1.9, end=2.2)]
    assert starts(voice_slots(tokens, 130, 1)) == [57]


def test_a_long_pause_is_cut_rather_than_shown_in_one_slot() -> None:
    tokens = [TimedToken(index=n, text="w", start=s, end=s + 0.3) for n, s in enumerate((0.0, 1.5, 3.0, 13.0, 15.0))]
    slots = voice_slots(tokens, 520, 4)
    assert sum(slots) == 520
    assert all(SHORTEST_SLOT <= length <= LONGEST_SLOT for length in slots)
    assert 390 in starts(slots)  # the word after the pause still begins a slot


@pytest.mark.parametrize("total", [1, 12, 35, 36, 71])
def test_a_clip_too_short_for_two_slots_is_one(total: int) -> None:
    assert voice_slots(spoken(1, total / 30), total, 1) == (total,)
    assert even_slots(total, 1) == (total,)


@given(st.integers(1, 4000), st.integers(0, 100))
def test_even_slots_add_up_and_keep_their_bounds(total: int, seed: int) -> None:
    slots = even_slots(total, seed)
    assert sum(slots) == total
    assert max(slots) <= LONGEST_SLOT
    assert len(slots) == 1 or min(slots) >= SHORTEST_SLOT


@given(st.integers(200, 2000), st.integers(60, 119))
def test_slots_can_be_kept_shorter_for_quickly_cut_footage(total: int, longest: int) -> None:
    assert max(even_slots(total, 1, longest)) <= longest
    assert max(voice_slots(spoken(5, total / 30), total, 1, longest)) <= longest


def test_the_seed_decides_the_cuts_and_nothing_else_does() -> None:
    tokens = spoken(9, 30)
    assert voice_slots(tokens, 920, 5) == voice_slots(tokens, 920, 5)
    assert len({voice_slots(tokens, 920, seed) for seed in range(10)}) > 5
    assert len({even_slots(600, seed) for seed in range(10)}) > 5


def test_a_clip_without_frames_is_an_error() -> None:
    with pytest.raises(InputError, match="no frames"):
        even_slots(0, 1)
