"""Speak a script so that the clip keeps to its length: the work, and the workflow."""

from typing import Any

from app.config import Settings
from app.editing.script.spoken import prepare
from app.editing.timing import MAX_SPEED, OVER_TARGET, TAIL_SECONDS, speed_to_fit
from app.errors import ScriptError, VoiceTooLong
from app.models.control import Control
from app.models.make import OverLength
from app.models.voice import SpeechText, Voice, VoiceInfo
from app.services import speech
from app.workflows.jobs.run import JobRun, durable

MAX_WORDS = 2000
"""Words of one script: about 13 minutes of speech, more than any place of publication takes as a short clip."""

_FASTEST_WORDS_A_SECOND = 5.5  # at normal speed; short English numerals, spoken by espeak-ng, came to 3.6


def speak_to_fit(
    text: SpeechText,
    voice: VoiceInfo,
    *,
    speed: float,
    target: float,
    over_length: OverLength,
    longest_pause: float | None = None,
    settings: Settings,
    control: Control,
    job_id: str | None = None,
    project_id: str | None = None,
) -> Voice:
    """Return the script spoken within `target` seconds and a tenth, sped up to at most 1.15 where that is enough.

    Raises `VoiceTooLong`, naming the words to cut, where it is not and `over_length` is "error".
    """
    _refuse_hopeless(text, target, speed, over_length)

    def speak(at: float) -> Voice:
        return speech.speak(
            text, voice, at, settings, control, longest_pause=longest_pause, job_id=job_id, project_id=project_id
        )

    spoken = speak(speed)
    for _ in range(2):  # a voice does not keep exactly to the speed it is asked for: one correction
        length = spoken.duration + TAIL_SECONDS
        wanted = speed_to_fit(length, target, spoken.speed, len(text.words), over_length)
        if wanted == spoken.speed:
            break
        spoken = speak(wanted)
    return spoken


def _refuse_hopeless(text: SpeechText, target: float, speed: float, over_length: OverLength) -> None:
    words = len(text.words)
    if words > MAX_WORDS:
        raise ScriptError(
            f"The script has {words} words; one clip can speak at most {MAX_WORDS}.",
            hint="Split it: a line of --- alone separates one script per clip.",
            subject="script",
            code="script_too_long",
        )
    allowed = int(target * OVER_TARGET * _FASTEST_WORDS_A_SECOND * max(speed, MAX_SPEED))
    if over_length == "error" and words > allowed:
        raise VoiceTooLong(
            f"The script has {words} words; no voice can speak them in {round(target, 1):g} s.",
            hint=f"Cut at least {words - int(target * 2.5)} words, set --duration {words / 2.5:.0f}, "
            "or take it as it is with --over-length keep.",
            subject="script",
        )


@durable("speak", {"speak": 1.0})
def speak_workflow(job: JobRun, request: dict[str, Any]) -> None:
    """Speak one script. Its result names the speech that is kept: `speech.speak` with the same gives it at once."""

    def work(control: Control) -> dict[str, Any]:
        spoken = speak_to_fit(
            prepare(request["text"], request["language"]),
            VoiceInfo.model_validate(request["voice"]),
            speed=request["speed"],
            target=request["target"],
            over_length=request["over_length"],
            longest_pause=request.get("pauses"),  # jobs that older versions took in do not say
            settings=job.settings,
            control=control,
            job_id=job.job_id,
            project_id=job.project_id,
        )
        return {"speed": spoken.speed, "seconds": spoken.duration, "audio_hash": spoken.audio_hash}

    job.finish(job.step("speak", work))
