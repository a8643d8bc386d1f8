"""Where the eye goes, looked at now and then while frames are measured; and faces, less often."""

import numpy as np
import numpy.typing as npt

from app.media.faces import FaceFinder
from app.media.focus import focus_of
from app.models.media import Box, Focus, Rotation

Bytes = npt.NDArray[np.uint8]

FOCUS_STEP = 0.25
FACE_STEP = 1.0
"""Seconds after which it is looked again where the eye goes, and where faces are (sooner after a sudden change)."""

_FACE_PICTURE = 320  # samples along the longer side of what faces are looked for in


class Watch:
    """Looks every now and then where the eye goes, and where faces are."""

    def __init__(self, turn: Rotation, faces: FaceFinder | None) -> None:
        self.seen: list[tuple[float, Focus]] = []
        self._turn = turn
        self._finder = faces
        self._faces: tuple[Box, ...] = ()
        self._next = self._next_faces = 0.0
        self._first = True

    def add(self, time: float, y: Bytes, thumb: Bytes, before: Bytes, *, sudden: bool) -> None:
        """Look at a frame when it is time; right after a sudden change its two pictures say nothing of motion."""
        if self._first or sudden:
            self._next_faces, self._next = time, time + 1e-9
        self._first = False
        if self._finder is not None and time >= self._next_faces:
            self._next_faces = time + FACE_STEP
            step = max(1, round(max(y.shape) / _FACE_PICTURE))
            upright = np.rot90(y[step // 2 :: step, step // 2 :: step], k=-(self._turn // 90))
            self._faces = self._finder.find(np.ascontiguousarray(upright))
        if time >= self._next:
            self._next = time + FOCUS_STEP
            focus = focus_of(thumb, before, self._turn)
            self.seen.append((time, focus.model_copy(update={"faces": self._faces})))
