"""Every error a person can meet, each with a stable code, an HTTP status, an exit status and a hint.

    EditFactoryError
    ├── InputError                exit 2   an option, a script or an edit document is wrong
    │   ├── UnknownName                    preset, voice, language, style ... that does not exist
    │   ├── ScriptError                    empty, too long, wrong number of variants
    │   ├── EditError                      an edit document that cannot be read
    │   └── AddressError                   an address that may not be asked, or does not answer as it should
    ├── MediaError                exit 3   a file that is missing or is not what it should be
    ├── FootageError              exit 4   the footage cannot give what was asked
    │   ├── NotEnoughFootage
    │   ├── VoiceTooLong
    │   └── TooFewVariants                 only with --strict
    ├── VoiceError                exit 5   a voice could not speak
    ├── RenderError               exit 6   rendering or the final check failed
    │   └── CheckFailed
    ├── AccessError               exit 2   nobody known asks, or somebody who may not
    │   ├── NotSignedIn
    │   ├── NotAllowed
    │   └── TooManyRequests
    ├── StorageError              exit 7   a folder or disk cannot be written
    ├── JobError                  exit 6   a job that was ended: stalled, its worker died, out of memory
    │   └── PaidCallUncertain              a call that may have been paid; it is not made again unasked
    ├── EnvironmentProblem        exit 8   something the program needs is not installed
    └── Cancelled                 exit 130

`message` says what is wrong and why, `hint` what would work; both are whole sentences meant for a person.
`subject` is the field or file the error is about.
"""

from typing import ClassVar


class EditFactoryError(Exception):
    """The root of the tree. `code` is stable: programs may rely on it."""

    code: ClassVar[str] = "internal_error"
    http_status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", subject: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.subject = subject
        self.instance_code = code or self.code

    def as_dict(self) -> dict[str, str]:
        """Return the error as the command line's `--json` and, later, HTTP answers show it."""
        return {
            "code": self.instance_code,
            "message": self.message,
            "hint": self.hint,
            "subject": self.subject,
        }

    def as_record(self) -> dict[str, str]:
        """Return the error as it is kept: `as_dict` and its place in the tree, for `from_record`."""
        return {**self.as_dict(), "kind": type(self).__name__}


def from_record(record: dict[str, str]) -> EditFactoryError:
    """Return the error that `as_record` told of."""
    kinds = {kind.__name__: kind for kind in _tree(EditFactoryError)}
    error = kinds.get(record.get("kind", ""), EditFactoryError)
    return error(
        record["message"],
        hint=record.get("hint", ""),
        subject=record.get("subject", ""),
        code=record.get("code"),
    )


def _tree(root: type[EditFactoryError]) -> list[type[EditFactoryError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in _tree(child))]


class InputError(EditFactoryError):
    """An option or field has a value that cannot be used."""

    code = "invalid_input"
    http_status = 422
    exit_status = 2


class UnknownName(InputError):
    """A preset, voice, language, style or quality of that name does not exist."""

    code = "unknown_name"


class ScriptError(InputError):
    """The script cannot be spoken as it is."""

    code = "bad_script"


class EditError(InputError):
    """The edit document cannot be read or does not add up."""

    code = "bad_edit"


class AddressError(InputError):
    """An address on the network that may not be asked, or that does not answer as it should."""

    code = "address"


class AccessError(EditFactoryError):
    """Somebody asks whom we do not know, or who may not."""

    code = "access"
    http_status = 403
    exit_status = 2


class NotSignedIn(AccessError):
    """A request names nobody, or somebody who is not known any more."""

    code = "not_signed_in"
    http_status = 401


class NotAllowed(AccessError):
    """Whoever asks is known, and may not do this."""

    code = "not_allowed"


class TooManyRequests(AccessError):
    """Somebody asks more often than they may; `seconds` is how long to wait."""

    code = "too_many_requests"
    http_status = 429

    def __init__(
        self, message: str, *, seconds: int = 1, hint: str = "", subject: str = "", code: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, subject=subject, code=code)
        self.seconds = seconds


class MediaError(EditFactoryError):
    """A media file is missing, broken, or not what it is named."""

    code = "bad_media"
    http_status = 422
    exit_status = 3


class FootageError(EditFactoryError):
    """The footage cannot give what was asked of it."""

    code = "footage"
    http_status = 422
    exit_status = 4


class NotEnoughFootage(FootageError):
    """There are fewer usable seconds than the clip is long."""

    code = "not_enough_footage"


class VoiceTooLong(FootageError):
    """The voice-over is longer than the target allows, even sped up."""

    code = "voice_too_long"


class TooFewVariants(FootageError):
    """Fewer different variants are possible than were asked for, and `--strict` forbids fewer."""

    code = "too_few_variants"


class VoiceError(EditFactoryError):
    """A voice could not speak the text."""

    code = "voice_failed"
    http_status = 502
    exit_status = 5


class RenderError(EditFactoryError):
    """ffmpeg could not make the clip."""

    code = "render_failed"
    exit_status = 6


class CheckFailed(RenderError):
    """A finished clip is not what its edit document says."""

    code = "check_failed"


class StorageError(EditFactoryError):
    """A folder or disk cannot be written."""

    code = "storage"
    http_status = 507
    exit_status = 7


class JobError(EditFactoryError):
    """A job could not be brought to its end: it stalled, its worker died again and again, or memory ran out."""

    code = "job_failed"
    exit_status = 6


class PaidCallUncertain(JobError):
    """Nobody knows whether a call that costs money was done: it may be made again only when a person says so."""

    code = "paid_call_uncertain"
    http_status = 409


class EnvironmentProblem(EditFactoryError):
    """A program, font or voice that Edit Factory needs is not there."""

    code = "environment"
    exit_status = 8


class Cancelled(EditFactoryError):
    """The person, or a signal, asked to stop."""

    code = "cancelled"
    http_status = 409
    exit_status = 130
