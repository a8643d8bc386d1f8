"""Work that stands back for all other work of the machine."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_NICEST = 19


def in_background(work: Callable[[], T]) -> T:
    """Do the work at the lowest priority, with the programs and threads that it starts; return what it returns.

    It runs in a thread of its own, as one that was made nice stays so. Raises what the work raises.
    """
    with ThreadPoolExecutor(1, "background", _stand_back) as pool:
        return pool.submit(work).result()


def _stand_back() -> None:
    if sys.platform == "linux":  # elsewhere priority is the whole process', and could not be taken back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICEST)
