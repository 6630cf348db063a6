"""Programs that outlive a Trueup that was killed."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator

import pytest

from trueup.adapters import process
from trueup.adapters.orphans import OWNER, disown


@pytest.fixture
def mark() -> Iterator[str]:
    """A mark of the test's own; the environment is as before when it ends."""
    before = os.environ.pop(OWNER, None)
    yield secrets.token_hex(8)
    os.environ.pop(OWNER, None)
    if before is not None:
        os.environ[OWNER] = before


def sleeper(mark: str) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, as one that was left behind."""
    environment = {**os.environ, OWNER: mark}
    argv = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"]
    child = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_what_was_left_at_work_is_ended_and_nobody_else(mark: str) -> None:
    mine, other = sleeper(mark), sleeper(f"{mark}0")
    try:
        assert disown(mark) == 1
        assert mine.wait(10) == -9
        assert other.poll() is None
    finally:
        for one in (mine, other):
            one.kill()
            one.wait(10)
            one.stdout.close()  # type: ignore[union-attr]


def test_every_program_that_is_started_from_then_on_has_the_mark(mark: str) -> None:
    assert disown(mark) == 0
    said = process.run(
        [sys.executable, "-c", f"import os; print(os.environ['{OWNER}'])"], timeout=20
    )
    assert said.out.decode().strip() == mark
