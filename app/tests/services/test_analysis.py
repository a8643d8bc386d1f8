"""A file is measured once: by content, by version, and not when measuring failed."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.errors import Cancelled, MediaError
from app.media import decoding, signals
from app.media.analyze import ANALYSIS_VERSION
from app.media.held import claim
from app.media.probe import probe
from app.models.control import Control
from app.models.media import Analysis
from app.services import analysis as service
from app.services.analysis import analyze_once, is_analyzed


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that a file's picture is decoded."""
    counted: list[int] = []
    real = decoding.decoded

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return real(*arguments)

    monkeypatch.setattr(signals, "decoded", counting)
    return counted


def once(path: Path, settings: Settings, control: Control | None = None) -> Analysis:
    return analyze_once(path, probe(path), settings, control or Control())


def test_the_second_time_nothing_is_decoded(clip: Path, settings: Settings, decodes: list[int]) -> None:
    first = once(clip, settings)
    assert len(decodes) == 1
    assert once(clip, settings) == first
    assert len(decodes) == 1


def test_a_copy_under_another_name_is_known(clip: Path, settings: Settings, decodes: list[int], tmp_path: Path) -> None:
    shutil.copy(clip, tmp_path / "copy 🔥.mov")
    assert once(clip, settings) == once(tmp_path / "copy 🔥.mov", settings)
    assert len(decodes) == 1


def test_another_content_is_measured(clip: Path, make: Any, settings: Settings, decodes: list[int]) -> None:
    once(clip, settings)
    once(make(seed=5), settings)
    assert len(decodes) == 2


def test_a_new_version_measures_again(
    clip: Path, settings: Settings, decodes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    once(clip, settings)
    monkeypatch.setattr(service, "ANALYSIS_VERSION", ANALYSIS_VERSION + 1)
    once(clip, settings)
    assert len(decodes) == 2


def test_what_was_stored_badly_is_measured_again(clip: Path, settings: Settings, decodes: list[int]) -> None:
    first = once(clip, settings)
    (stored,) = (settings.data_dir / "cache" / "analysis").rglob("*.json")
    stored.write_text('{"content_hash": ')
    assert once(clip, settings) == first
    assert len(decodes) == 2


def test_it_is_stored_in_the_data_folder_only(clip: Path, settings: Settings) -> None:
    beside = sorted(clip.parent.iterdir())
    once(clip, settings)
    assert sorted(clip.parent.iterdir()) == beside
    assert len(list((settings.data_dir / "cache" / "analysis").rglob("*.json"))) == 1


def test_progress_ends_at_one_both_times(clip: Path, settings: Settings) -> None:
    for _ in range(2):
        shares: list[float] = []
        once(clip, settings, Control(shares.append))
        assert shares[-1] == 1.0


def test_a_cancelled_analysis_stores_nothing(clip: Path, settings: Settings) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        once(clip, settings, control)
    assert not list(settings.data_dir.rglob("*.json"))


def test_the_largest_picture_is_kept_to(clip: Path, settings: Settings) -> None:
    small = settings.model_copy(update={"max_pixels": 10_000})
    with pytest.raises(MediaError) as caught:
        once(clip, small)
    assert caught.value.instance_code == "media_too_large"
    assert not list(settings.data_dir.rglob("*.json"))


def test_a_thorough_one_is_another_and_serves_only_who_asks_for_it(
    clip: Path, settings: Settings, decodes: list[int]
) -> None:
    """The same files and options give the same clips, whatever was made of them before."""
    info = probe(clip)
    thorough = analyze_once(clip, info, settings, Control(), thorough=True)
    assert thorough.thorough and len(decodes) == 1
    assert not is_analyzed(info, settings)
    quick = once(clip, settings)
    assert not quick.thorough and len(decodes) == 2
    assert analyze_once(clip, info, settings, Control(), thorough=True) == thorough
    assert once(clip, settings) == quick and len(decodes) == 2


def test_two_who_ask_at_once_share_one_analysis(clip: Path, settings: Settings, decodes: list[int]) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: once(clip, settings), range(3)))
    assert found[0] == found[1] == found[2]
    assert len(decodes) == 1
    assert not list(settings.data_dir.rglob("*.tmp"))


def test_who_waits_takes_over_from_one_that_failed(clip: Path, settings: Settings, decodes: list[int]) -> None:
    stopped = Control()

    def stop_soon(share: float) -> None:
        if share > 0.2:
            stopped.cancel()

    stopped._report = stop_soon
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once, clip, settings, stopped)
        second = pool.submit(once, clip, settings)
        assert second.result().shots
        assert first.exception() is None or isinstance(first.exception(), Cancelled)
    assert len(decodes) <= 2


def test_who_waits_can_be_stopped(clip: Path, settings: Settings) -> None:
    info, control = probe(clip), Control()
    place = settings.data_dir / "cache" / "analysis"
    key = service._key(info, False)
    (place / key[:2]).mkdir(parents=True)
    with claim(place / key[:2] / f"{key}.tmp") as mine:
        assert mine
        threading.Timer(0.3, control.cancel).start()
        with pytest.raises(Cancelled):
            once(clip, settings, control)
