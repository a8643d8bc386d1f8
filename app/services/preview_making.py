"""Previews are made once for each content, whoever asks for them and how many do so at once."""

from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.errors import MediaError
from app.media.atomic import write_text
from app.media.containers import MAX_PIXELS, open_media, shown, sound_stream
from app.media.decodable import decodable_file
from app.media.decoding import decoded
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.graph import Source
from app.media.held import in_turn
from app.media.previews.background import in_background
from app.media.previews.peaks import outline
from app.media.previews.proxy import make_proxy
from app.media.previews.stills import SCREEN, THUMBNAIL, make_photo_still, make_thumbnail
from app.media.previews.strip import make_strip
from app.models.control import Control
from app.models.media import MediaInfo
from app.models.previews import PreviewKind
from app.services.previews import Previews

_SLOWEST = 30.0  # times its own length: a film that takes longer to be made small hangs
_LEAST_SECONDS = 3600.0


@dataclass(frozen=True)
class PreviewMaker:
    """Makes the previews of one file; `folder` is where it may leave what it works with.

    Everything happens at the lowest priority: somebody who waits for a render should not wait for this as well.
    """

    path: Path
    info: MediaInfo
    settings: Settings
    folder: Path

    def make(self, kind: PreviewKind, control: Control) -> None:
        """Make one preview, unless it is there already or another one makes it now, which is waited for.

        Raises `MediaError`, `RenderError`, `StorageError`, `EnvironmentProblem` and `Cancelled`.
        """
        previews = Previews(self.settings)
        place = previews.place(self.info.content_hash, kind)
        with in_turn(place.with_name(f"{place.name}.tmp"), control):
            if previews.find(self.info.content_hash, kind) is None:
                self._require_same()
                in_background(lambda: self._made(kind, place, previews, control))
                previews.forget_failure(self.info.content_hash, kind)
        control.report(1.0)

    def _require_same(self) -> None:
        """Raise `MediaError` when the file is no longer what was asked for: all is kept under its content's hash."""
        if self.path.is_file() and self.path.stat().st_size != self.info.size_bytes:
            raise MediaError(
                f"{shown(self.path)} has changed since it was added.",
                hint="Add it to the library again.",
                subject=shown(self.path),
                code="media_changed",
            )

    def _made(self, kind: PreviewKind, out: Path, previews: Previews, control: Control) -> None:
        if self.info.still:
            longest = SCREEN if kind == "picture" else THUMBNAIL
            make_photo_still(self.path, out, longest, max_pixels=self._max_pixels)
        elif kind == "thumbnail":
            make_thumbnail(self._source(), self.info, out, self._workplace(control))
        elif kind == "peaks":
            write_text(out, outline(self.path, self.info, control, self._max_pixels).model_dump_json())
        elif kind == "proxy":
            make_proxy(self._source(), self.info, self._sound(), out, self._workplace(control))
        else:
            proxy = previews.place(self.info.content_hash, "proxy")
            make_strip(proxy, out, previews.layout_place(self.info.content_hash), control)

    def _source(self) -> Source:
        return decodable_file(self.path, shown(Path(self.path.name)), self.info, self.folder)

    def _sound(self) -> int | None:
        """Return the place of the sound among the file's streams, None where it has none of which anything decodes."""
        with open_media(self.path, self._max_pixels) as container:
            stream = sound_stream(container)
            is_heard = stream is not None and next(decoded(container, stream), None) is not None
            return stream.index if stream and is_heard else None

    def _workplace(self, control: Control) -> Workplace:
        self.folder.mkdir(parents=True, exist_ok=True)
        limits = Limits(
            seconds=max(_LEAST_SECONDS, _SLOWEST * self.info.duration),
            memory_mb=self.settings.ffmpeg_memory_mb,
            max_pixels=self._max_pixels,
        )
        return Workplace(find_ffmpeg(self.settings.ffmpeg), self.folder, limits, control)

    @property
    def _max_pixels(self) -> int:
        return max(MAX_PIXELS, self.info.coded_width * self.info.coded_height)  # what was let in may be opened again
