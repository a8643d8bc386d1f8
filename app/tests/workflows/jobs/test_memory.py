import platform

import numpy as np
import psutil
import pytest

from app.workflows.jobs.memory import give_back


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps memory for later, and gives it back")
def test_what_work_let_go_of_goes_back_to_the_system() -> None:
    process = psutil.Process()
    blocks = [np.ones(50_000, np.uint8) for _ in range(2_000)]  # small enough for the heap, not for pages of their own
    last = np.ones(50_000, np.uint8)  # keeps the heap's end in use, so that it does not shrink by itself
    full = process.memory_info().rss
    del blocks
    give_back()
    assert full - process.memory_info().rss > 60e6
    assert last.all()
