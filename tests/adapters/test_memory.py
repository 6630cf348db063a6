"""Where values are kept: in memory or not at all, and closed to others."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup.adapters.secrets.memory import Kept, MemoryFiles, default_directory, in_memory
from trueup.model.errors import SpecError

ONE = Kept("Stack.web", "0123456789abcdef", "DB", b"the value\n")


@pytest.fixture
def top() -> Iterator[Path]:
    folder = Path("/dev/shm") / f"trueup-test-{secrets.token_hex(4)}"  # noqa: S108
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_value_is_a_file_that_containers_can_read_in_folders_closed_to_others(top: Path) -> None:
    files = MemoryFiles(top / "here")
    files.put(ONE)

    path = files.path(ONE.owner, ONE.digest, ONE.name)
    assert path.read_bytes() == ONE.value
    assert mode(path) == 0o444
    assert {mode(folder) for folder in path.parents if top in (folder, *folder.parents)} == {0o700}
    assert in_memory(path.parent)
    assert files.read(ONE.owner, ONE.digest) == ONE
    assert list(files.every()) == [ONE]


def test_a_directory_on_a_disk_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    if in_memory(tmp_path):
        pytest.skip("there is no disk to write to: the directory of tests is in memory")
    with pytest.raises(SpecError, match="would be written to a disk"):
        MemoryFiles(tmp_path / "secrets" / "here").put(ONE)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("wrong", ["open to others", "a link", "somebody else's"])
def test_a_directory_that_somebody_else_prepared_is_refused(top: Path, wrong: str) -> None:
    if wrong == "somebody else's" and os.geteuid() != 0:
        pytest.skip("only root can make a directory of somebody else's")
    other = top.with_name(f"{top.name}-other")
    try:
        if wrong == "a link":
            other.mkdir(mode=0o700)
            top.symlink_to(other)
        else:
            top.mkdir(mode=0o700)
            os.chown(top, 65534, -1) if wrong == "somebody else's" else top.chmod(0o755)
        with pytest.raises(SpecError, match="are not written to"):
            MemoryFiles(top / "here").put(ONE)
    finally:
        shutil.rmtree(other, ignore_errors=True)
        top.unlink() if top.is_symlink() else None


def test_what_is_needed_no_more_goes_and_the_rest_stays(top: Path) -> None:
    files = MemoryFiles(top / "here")
    old, others = Kept("Stack.web", "f" * 16, "DB", b"old"), Kept("Stack.api", "a" * 16, "X", b"x")
    for one in (ONE, old, others):
        files.put(one)

    files.clear("Stack.web", {ONE.digest})
    assert set(files.every()) == {ONE, others}

    files.clear("Stack.web", ())
    assert set(files.every()) == {others}


def test_the_usual_place_is_in_memory() -> None:
    place = default_directory(os.geteuid())

    assert in_memory(next(folder for folder in place.parents if folder.exists()))
