"""What is made in the background has the lowest priority, with all it starts; who asked for it keeps theirs."""

import os
import sys
import threading

import pytest

from app.media.previews.background import in_background


def nice_of(thread: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, thread)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux only")
def test_only_the_works_own_thread_stands_back_and_what_it_starts() -> None:
    seen: list[int] = []

    def work() -> int:
        inner = threading.Thread(target=lambda: seen.append(nice_of(threading.get_native_id())))
        inner.start()
        inner.join()
        child = os.posix_spawn("/bin/sleep", ["sleep", "30"], dict(os.environ))
        seen.append(nice_of(child))
        os.kill(child, 9)
        os.waitpid(child, 0)
        return nice_of(threading.get_native_id())

    before = nice_of(threading.get_native_id())
    assert in_background(work) == 19
    assert seen == [19, 19]
    assert nice_of(threading.get_native_id()) == before < 19


def test_it_returns_and_raises_what_the_work_does() -> None:
    assert in_background(lambda: "done") == "done"
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 // 0)
