"""Clips whose every frame says its own number, edits that take from them, and readers of what was rendered."""

import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from app.media.atomic import new_file
from app.media.check import check_clip
from app.media.decodable import decodable, stamps_of
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.graph import Part, parts_of
from app.media.held import own_folder
from app.media.probe import probe
from app.media.render import Material, render_join, render_parts, render_sound
from app.media.subtitles import Subtitles
from app.models.control import Control
from app.models.edit import Canvas, Edit, EditShot, FramingMode, QualityName, SourceRef, SourceSound, VoiceTrack
from app.models.report import CheckReport, RenderReport

BITS = 10
WIDE = Canvas(width=320, height=180)
TALL = Canvas(width=180, height=320)
Pixels = npt.NDArray[np.uint8]


def numbered(number: int, size: tuple[int, int] = (320, 180)) -> Pixels:
    """Return a gray picture that shows `number` in binary: white or black blocks side by side, gray around."""
    width, height = size
    picture = np.full((height, width), 120, np.uint8)
    step = width // (BITS + 2)
    for bit in range(BITS):
        left = (bit + 1) * step
        picture[height // 4 : 3 * height // 4, left : left + step] = 235 if number >> bit & 1 else 16
    return picture


def number_in(picture: Pixels) -> int:
    """Return the number a picture shows, whatever its size."""
    height, width = picture.shape
    step = width / (BITS + 2)
    row = picture[int(height * 0.4) : int(height * 0.6)]
    lit = [row[:, int((bit + 1.35) * step) : int((bit + 1.65) * step)].mean() > 120 for bit in range(BITS)]
    return sum(1 << bit for bit, on in enumerate(lit) if on)


def times_at(rate: Fraction, count: int) -> list[Fraction]:
    return [Fraction(n) / rate for n in range(count)]


def numbered_clip(path: Path, times: Sequence[Fraction], rate: Fraction = Fraction(30), b_frames: int = 2) -> Path:
    """Write a clip with a numbered frame at each of `times` (seconds), with B frames and a key frame a second."""
    base = Fraction(1, 90_000)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "bf": str(b_frames)})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.time_base = base
        stream.codec_context.gop_size = 30
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(time / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def shot(source: str, start: float, frames: int, framing: FramingMode = "crop", name: str = "s") -> EditShot:
    return EditShot(id=name, source=source, source_start=start, frames=frames, framing=framing)


class Stage:
    """Source files by content hash, and edits rendered from them in one folder."""

    def __init__(self, folder: Path, *sources: Path) -> None:
        self.folder = folder
        self.infos = {info.content_hash: info for info in map(probe, sources)}
        self.paths = dict(zip(self.infos, sources, strict=True))
        self.keys = list(self.infos)

    def edit(
        self,
        shots: Sequence[EditShot],
        canvas: Canvas = WIDE,
        quality: QualityName = "draft",
        voice: VoiceTrack | None = None,
        source_sound: SourceSound | None = None,
    ) -> Edit:
        """Return a document of the shots; it takes their word for it when a source ends earlier than they do."""
        ends = max(one.source_start + one.frames / canvas.fps for one in shots)
        refs = tuple(
            SourceRef(
                content_hash=key,
                name=self.paths[key].name,
                duration=max(info.duration, ends),
                has_audio=bool(info.audio),
                kind="photo" if info.still else "video",
            )
            for key, info in self.infos.items()
        )
        return Edit(
            id="e",
            name="e",
            preset="generic",
            quality=quality,
            canvas=canvas,
            frames=sum(s.frames for s in shots),
            sources=refs,
            shots=tuple(shots),
            voice=voice,
            source_sound=source_sound or SourceSound(),
        )

    def material(self, edit: Edit, voice: Path | None = None, subtitles: Subtitles | None = None) -> Material:
        return Material(edit, self.paths, self.infos, voice, subtitles)

    def place(self, folder: Path, control: Control | None = None) -> Workplace:
        return Workplace(find_ffmpeg(), folder, Limits(), control or Control())

    def render(
        self,
        edit: Edit,
        out: Path,
        *,
        voice: Path | None = None,
        subtitles: Subtitles | None = None,
        max_parallel: int = 2,
        control: Control | None = None,
    ) -> RenderReport:
        """Render in one go, in a folder that is gone afterwards."""
        material, watched = self.material(edit, voice, subtitles), control or Control()
        with own_folder(self.folder / "work") as folder:
            sound = render_sound(material, self.place(folder, watched.part(0.0, 0.03)))
            picture = render_parts(material, self.place(folder, watched.part(0.03, 0.98)), max_parallel)
            with new_file(out) as temporary:
                shutil.copyfile(render_join(material, self.place(folder, watched.part(0.98, 1.0))), temporary)
        return RenderReport(
            frames=picture.frames,
            parts=picture.parts,
            encoded_bytes=out.stat().st_size,
            seconds={"sound": sound.seconds, "picture": picture.seconds},
            loudness=sound.loudness,
            notes=sound.notes,
        )

    def parts(self, edit: Edit) -> tuple[Part, ...]:
        files = (edit, self.paths, self.infos, self.folder)
        return parts_of(edit, decodable(*files), stamps_of(*files))

    def check(
        self, path: Path, edit: Edit, subtitles: Subtitles | None = None, control: Control | None = None
    ) -> CheckReport:
        parts = self.parts(edit)
        watched = control or Control()
        return check_clip(
            path, edit, parts, ffmpeg=find_ffmpeg(), control=watched, work=self.folder, subtitles=subtitles
        )

    def rendered(self, *shots: EditShot, canvas: Canvas = WIDE) -> Path:
        """Render a silent clip of `shots` and return it."""
        out = self.folder / "out.mp4"
        self.render(self.edit(shots, canvas), out)
        return out


def pictures(path: Path, pixel_format: str = "gray") -> list[Pixels]:
    """Return all frames of a clip; "gray" is the luma plane as it is stored."""
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        if pixel_format == "gray":
            return [np.asarray(f.to_ndarray()[: f.height, : f.width], np.uint8).copy() for f in frames]
        return [np.asarray(f.to_ndarray(format=pixel_format), np.uint8) for f in frames]


def numbers(path: Path) -> list[int]:
    """Return the numbers that a clip's frames show, in order."""
    return [number_in(picture) for picture in pictures(path)]


def assert_right(shown: Sequence[int], times: Sequence[Fraction], start: float) -> None:
    """Frame n must show the picture that is on screen at the middle of its time, start + n/30 + 1/60 s.

    `times` are when the source's pictures begin, in source seconds. A fifth of a millisecond is for rounded times.
    """
    begin = Fraction(round(start * 1_000_000), 1_000_000)
    slack = Fraction(1, 5000)
    for n, number in enumerate(shown):
        at = begin + Fraction(2 * n + 1, 60)
        assert times[number] <= max(at + slack, times[0]), (n, number)
        assert number + 1 >= len(times) or times[number + 1] >= at - slack, (n, number)
