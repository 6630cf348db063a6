"""How the program ends when it is asked to."""

import ctypes
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_the_kernel_gives_to_another_thread_ends_the_program_too(
    home: Home, number: signal.Signals
) -> None:
    home.stack("web", {"api": sleeping()})
    home.start()
    home.wait_ready("web")
    pid = home.trueup.pid
    other = next(
        int(one.name) for one in Path(f"/proc/{pid}/task").iterdir() if one.name != str(pid)
    )

    send(number, pid, other)

    home.wait_until(lambda: not home.trueup.alive, "the program has ended", 10)
    assert home.containers("web")


def send(number: signal.Signals, pid: int, thread: int) -> None:
    """Give a signal to one thread of a process."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.tgkill(pid, thread, int(number)) == 0, os.strerror(ctypes.get_errno())
