"""New speech: made, its cost on record before anybody can find it, then kept. What costs money is bought once."""

from dataclasses import dataclass
from typing import Any

from app.config import Settings
from app.db import open_database
from app.errors import VoiceError
from app.models.control import Control
from app.models.cost import CostEntry
from app.models.voice import SpeechText, VoiceInfo
from app.services.cost_tracker import tracker_for
from app.services.paid_calls import Fate, PaidCalls
from app.services.speech.provider import PaidProvider, Provider, Spoken, is_paid
from app.services.speech.store import Recording, SpeechStore


@dataclass(frozen=True)
class Wish:
    """Speech that is asked for, and by which job; `key` names everything that decides the sound."""

    text: SpeechText
    voice: VoiceInfo
    speed: float
    key: str
    job_id: str | None
    project_id: str | None

    def job_of(self, recording: Recording) -> str:
        """Return the job that pays; without one, the sound stands for it."""
        return self.job_id or recording.audio_hash


def make(provider: Provider, wish: Wish, store: SpeechStore, settings: Settings, control: Control) -> Recording:
    """Make the speech and keep it. Raises `VoiceError`, `PaidCallUncertain`, `Cancelled` or `StorageError`."""
    if is_paid(provider):
        recording = _bought(provider, wish, store, settings, control)
    else:
        recording = store.add(_whole(provider.speak(wish.text, wish.voice, wish.speed, control), wish))
        _log_free(wish, recording, settings)
    store.remember(wish.key, recording)
    return recording


def _log_free(wish: Wish, recording: Recording, settings: Settings) -> None:
    tracker, job_id, characters = tracker_for(settings), wish.job_of(recording), len(wish.text.text)
    more: dict[str, Any] = {"project_id": wish.project_id, "key": wish.key}
    if wish.voice.provider == "edge":
        tracker.log_edge_tts(job_id, characters, "Free tier - volume tracking only", **more)
    else:
        tracker.log(job_id, wish.voice.provider, "tts", characters, 0, {"voice": wish.voice.id}, **more)


def _bought(provider: PaidProvider, wish: Wish, store: SpeechStore, settings: Settings, control: Control) -> Recording:
    price = provider.cost(wish.text, wish.voice)

    def kept(spoken: Spoken) -> Any:
        return store.add(_whole(spoken, wish), price).model_dump(mode="json")

    def recover() -> Any:
        found = provider.recover(wish.text, wish.voice, wish.speed, wish.key)
        return found if isinstance(found, Fate) else kept(found)

    def cost(result: Any) -> CostEntry:
        recording = Recording.model_validate(result)
        return tracker_for(settings).entry(
            wish.job_of(recording),
            wish.voice.provider,
            "tts",
            len(wish.text.text),
            recording.cost_microdollars,
            {"voice": wish.voice.id},
            project_id=wish.project_id,
        )

    result = PaidCalls(open_database(settings), settings).once(
        wish.key,
        service=wish.voice.provider,
        operation="tts",
        job_id=wish.job_id or wish.key,
        call=lambda: kept(provider.speak(wish.text, wish.voice, wish.speed, control, wish.key)),
        cost=cost,
        recover=recover,
        is_there=lambda result: store.has(Recording.model_validate(result)),
        control=control,
    )
    return Recording.model_validate(result)


def _whole(spoken: Spoken, wish: Wish) -> Spoken:
    """Return the speech when it has a time for every word."""
    words = len(wish.text.words)
    if [time.word for time in spoken.words] == list(range(words)):
        return spoken
    raise VoiceError(
        f"{wish.voice.id} gave times for {len(spoken.words)} of {words} words.",
        hint="Choose another voice.",
        subject="voice",
    )
