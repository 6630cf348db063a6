"""A file that cannot be opened for want of file descriptors is not a file that is gone."""

import contextlib
import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trueup.adapters import process
from trueup.adapters.disk.digests import Digests
from trueup.adapters.disk.folder import Folder
from trueup.adapters.docker.compose_inputs import compose_inputs
from trueup.adapters.docker.releases import Releases
from trueup.adapters.sources.directory import DirectorySource
from trueup.app.controls import Control, Controls
from trueup.model.errors import TransientError
from trueup.model.key import Key
from trueup.model.ports import Project
from trueup.model.shortage import run_out, shortage
from trueup.model.steps import Bundle

WEB = Key("Stack", "web")
Act = Callable[[Path], object]


def _project(place: Path) -> Project:
    return Project("web", str(place / "specs"))


ACTS: dict[str, Act] = {
    "the digest of a file": lambda at: Digests().file(str(at / "specs" / "compose.yaml")),
    "what compose reads": lambda at: compose_inputs(_project(at)).digest(Digests().file),
    "the documents of a folder": lambda at: Folder(str(at / "specs")).look(),
    "a source": lambda at: DirectorySource("apps", at / "specs").sync(),
    "a release": lambda at: Releases(str(at)).stored("releases/Stack/web/1.json"),
    "a release to write": lambda at: Releases(str(at)).freeze(Bundle("releases/2.json", {}, ())),
    "a request of a person": lambda at: Controls(at).read(WEB),
    "a program": lambda _: process.run(["true"], timeout=5),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with all that is read."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "compose.yaml").write_text("services: {web: {image: busybox}}\n")
    Releases(str(tmp_path)).freeze(Bundle("releases/Stack/web/1.json", {"name": "web"}, ()))
    Controls(tmp_path).write(WEB, Control(suspended="hands off"))
    return tmp_path


@contextmanager
def no_files_left() -> Iterator[None]:
    """Use up every file descriptor of this process."""
    before, taken = resource.getrlimit(resource.RLIMIT_NOFILE), [os.open(os.devnull, os.O_RDONLY)]
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[0] + 64, before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("what", ACTS)
def test_without_file_descriptors_nothing_is_said_of(place: Path, what: str) -> None:
    with no_files_left(), pytest.raises(TransientError, match="Too many open files"):
        ACTS[what](place)


@pytest.mark.parametrize("what", ACTS)
def test_with_some_again_it_works(place: Path, what: str) -> None:
    ACTS[what](place)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "/x could not be used: No space"),
        (OSError(errno.EROFS, "Read-only file system"), "mount it writable"),
        (MemoryError(), "Free memory"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
    ],
)
def test_what_has_run_out_is_said_with_what_helps(error: Exception, words: str) -> None:
    found = shortage(error)
    assert found is not None
    assert words in found.text


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(errno.ENOENT, "gone"), PermissionError(errno.EACCES, "no"), ValueError()],
)
def test_what_is_absent_or_closed_to_us_is_no_shortage(error: Exception) -> None:
    assert shortage(error) is None


def test_a_tool_that_says_what_has_run_out_is_understood() -> None:
    assert run_out("fatal: write error: No space left on device; x") == "No space left on device"
    assert run_out("error: unable to create temporary file: Read-only file system")
    assert not run_out("fatal: not a git repository")
