"""One Trueup per state directory."""

import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from trueup.app.lock import HeldError, holder, locked
from trueup.model.errors import ToolError


def test_nobody_holds_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert holder(tmp_path / "none") == ""
    assert not (tmp_path / "none").exists()


def test_the_holder_is_named_by_its_process(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert holder(tmp_path) == str(os.getpid())
    assert holder(tmp_path) == ""


def test_a_second_one_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(HeldError, match=f"process {os.getpid()}"),
        locked(tmp_path, patience=0.1),
    ):
        pass


def test_whoever_only_looked_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    first = locked(tmp_path)
    first.__enter__()
    threading.Timer(0.3, first.__exit__, (None, None, None)).start()

    with locked(tmp_path, patience=10):
        assert holder(tmp_path)


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    child = context.Process(target=die_with_lock, args=(tmp_path,))
    child.start()
    child.join(30)

    with locked(tmp_path, patience=0):
        assert holder(tmp_path) == str(os.getpid())


@pytest.mark.parametrize("left", ["", "1", f"{os.getppid()}", f"{2**22 + 1}", "not a number"])
def test_a_lock_that_nobody_holds_is_taken_whatever_it_says(tmp_path: Path, left: str) -> None:
    """After a crash or a reboot the id in it is nobody's, or belongs to somebody else by now."""
    (tmp_path / "lock").write_text(left)
    assert holder(tmp_path) == ""

    with locked(tmp_path, patience=0):
        assert holder(tmp_path) == str(os.getpid())


def test_a_lock_is_not_kept_by_a_program_that_its_holder_has_started(tmp_path: Path) -> None:
    with locked(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert holder(tmp_path) == ""
    finally:
        child.kill()
        child.wait(10)


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ToolError, match="cannot be used"), locked(tmp_path / "file" / "state"):
        pass


def die_with_lock(state: Path) -> None:
    """End without letting go."""
    locked(state).__enter__()
    os._exit(9)
