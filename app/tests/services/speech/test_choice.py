import json
from pathlib import Path

import pytest

from app.config import Settings
from app.editing.script.language import LANGUAGES
from app.errors import UnknownName
from app.services.speech.choice import choose_voice, voices
from app.services.speech.edge_voices import KNOWN, described, natural_voice


def own_voice(folder: Path, name: str, code: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(b"model")
    (folder / f"{name}.onnx.json").write_text(json.dumps({"language": {"code": code}}), encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "piper:en_US-joe-medium"),
        ("ro", "espeak:ro"),
        ("de", "espeak:de"),
        ("hu", "espeak:hu"),
        ("zh", "espeak:cmn"),
        ("no", "espeak:nb"),
    ],
)
def test_without_a_wish_the_best_offline_voice_speaks(settings: Settings, language: str, voice: str) -> None:
    chosen = choose_voice(None, language, settings)
    assert chosen.id == voice
    assert chosen.offline
    assert chosen.language == language


def test_every_language_that_is_detected_has_an_offline_voice(settings: Settings) -> None:
    assert all(choose_voice(None, language, settings).offline for language in LANGUAGES)


def test_a_piper_voice_of_ones_own_speaks_its_language(settings: Settings) -> None:
    own_voice(settings.data_dir / "voices", "ro_RO-mihai-medium", "ro_RO")
    assert choose_voice(None, "ro", settings).id == "piper:ro_RO-mihai-medium"
    assert choose_voice("espeak:ro", "ro", settings).id == "espeak:ro"


def test_the_folder_of_voices_can_be_set(settings: Settings, tmp_path: Path) -> None:
    own_voice(tmp_path / "v", "de_DE-thorsten", "de_DE")
    assert (
        choose_voice(None, "de", settings.model_copy(update={"voices_dir": tmp_path / "v"})).id
        == "piper:de_DE-thorsten"
    )


def test_a_folder_of_voices_that_is_not_there_or_no_folder_means_none(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for folder in (tmp_path / "gone", tmp_path / "file"):
        own = settings.model_copy(update={"voices_dir": folder})
        assert choose_voice(None, "en", own).id == "piper:en_US-joe-medium"


def test_a_folder_named_like_a_model_is_no_voice(settings: Settings) -> None:
    own_voice(settings.data_dir / "voices", "ro_RO-ana-medium", "ro_RO")
    (settings.data_dir / "voices" / "ro_RO-ana-medium.onnx").unlink()
    (settings.data_dir / "voices" / "ro_RO-ana-medium.onnx").mkdir()
    assert choose_voice(None, "ro", settings).id == "espeak:ro"


def test_a_model_without_its_description_is_left_out(settings: Settings) -> None:
    folder = settings.data_dir / "voices"
    own_voice(folder, "good", "ro_RO")
    (folder / "alone.onnx").write_bytes(b"model")
    (folder / "broken.onnx").write_bytes(b"model")
    (folder / "broken.onnx.json").write_text("[]", encoding="utf-8")
    assert [voice.name for voice in voices(settings) if voice.provider == "piper"] == ["good", "en_US-joe-medium"]


def test_edge_is_used_only_when_asked_for(settings: Settings) -> None:
    chosen = choose_voice("edge:ro-RO-AlinaNeural", "ro", settings)
    assert (chosen.provider, chosen.name, chosen.language, chosen.offline) == ("edge", "ro-RO-AlinaNeural", "ro", False)


@pytest.mark.parametrize(
    "name", ["edge:sw-KE-ZuriNeural", "edge:en-US-EmmaMultilingualNeural", "edge:zh-CN-liaoning-XiaobeiNeural"]
)
def test_edge_voices_that_are_not_listed_may_be_asked_for(settings: Settings, name: str) -> None:
    assert choose_voice(name, "en", settings).id == name


def test_case_does_not_matter(settings: Settings) -> None:
    assert choose_voice("Edge:ro-ro-alinaneural", "ro", settings).id == "edge:ro-RO-AlinaNeural"


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        ("edge:ro-RO-AlinNeural2", "edge:ro-RO-AlinaNeural"),
        ("ro-RO-AlinaNeural", "edge:ro-RO-AlinaNeural"),
        ("piper:joe", "piper:en_US-joe-medium"),
        ("espeak:rou", "espeak:ro"),
        ("ro", "espeak:ro"),
        ("qqqqqqqqqqqq", "espeak:ro"),
        ("edge:evil'/><x", "edge:"),
    ],
)
def test_an_unknown_voice_gets_the_nearest_names(settings: Settings, asked: str, suggested: str) -> None:
    with pytest.raises(UnknownName) as caught:
        choose_voice(asked, "ro", settings)
    assert asked in caught.value.message
    assert suggested in caught.value.hint


def test_an_unknown_language_gets_the_list(settings: Settings) -> None:
    with pytest.raises(UnknownName) as caught:
        choose_voice(None, "xx", settings)
    assert " ro," in caught.value.hint
    assert caught.value.subject == "lang"


def test_ids_are_unique_and_romanian_has_all_three_kinds(settings: Settings) -> None:
    ids = [voice.id for voice in voices(settings)]
    assert len(ids) == len(set(ids))
    assert len([voice_id for voice_id in ids if voice_id.startswith("espeak:")]) > 100
    assert {"espeak:ro", "edge:ro-RO-AlinaNeural", "edge:ro-RO-EmilNeural", "piper:en_US-joe-medium"} <= set(ids)


def test_the_known_edge_voices_have_the_services_form() -> None:
    assert len(KNOWN) == len({voice.id for voice in KNOWN}) == 29
    assert all(described(voice.id) == voice for voice in KNOWN)
    assert natural_voice("ro") == "edge:ro-RO-AlinaNeural"
    assert natural_voice("xx") is None
