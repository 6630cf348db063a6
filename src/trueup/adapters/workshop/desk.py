"""Edits laid over a work tree, and taken back.

What stood there before is on record first, so that whatever a crash leaves can be made
pristine. Each file is put in place whole. No link is followed.
"""

import errno
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.adapters.disk.worktree import FOLDER, WorkTree
from trueup.adapters.git.paths import path_problem
from trueup.model.errors import ToolError
from trueup.model.repair import Edit
from trueup.model.shortage import refuse_shortage
from trueup.model.workshop import MisfitError

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NEW = 0o644
FIX = "Make the edit for the file as it is in the work tree."


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is on the disk."""

    content: bytes
    mode: int
    owner: tuple[int, int]


class Desk:
    """The work tree `root`, and the record of what is edited in it."""

    def __init__(self, root: Path, record: Path) -> None:
        self._tree, self._record = WorkTree(root), record

    def apply(self, edits: Sequence[Edit]) -> None:
        """Lay edits over the pristine tree: all of them, or none.

        Raises:
            MisfitError: one does not fit.
        """
        self.reset()
        refuse_twice(edits)
        for edit in edits:
            self._refuse_misfit(edit)
        replace_file(self._record, json.dumps([asdict(edit) for edit in edits]))
        try:
            for edit in edits:
                self._put(edit.path, edit.after)
        except (OSError, ToolError):
            self.reset()
            raise

    def reset(self) -> None:
        """Take back what was edited."""
        for edit in self.edits():
            if edit.before is None:
                self._tree.remove(edit.path)
            else:
                self._put(edit.path, edit.before)
        self._record.unlink(missing_ok=True)

    def edits(self) -> tuple[Edit, ...]:
        """Return what is edited."""
        try:
            return tuple(Edit(**one) for one in json.loads(self._record.read_text()))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError) as error:
            refuse_shortage(error)
            what = f"{self._record} cannot be read, so nobody knows what is edited"
            raise ToolError(what, str(error), "Start the Run anew.") from error

    def _put(self, path: str, text: str) -> None:
        put(self._tree, path, text, self._record.parent)

    def _refuse_misfit(self, edit: Edit) -> None:
        found = look(self._tree, edit.path)
        if edit.before is None:
            if found is not None:
                raise _misfit(edit.path, "it is there already", FIX)
        elif found is None:
            raise _misfit(edit.path, "it is not there", FIX)
        elif found.content != edit.before.encode():
            raise _misfit(edit.path, "its content is another one", FIX)


def refuse_twice(edits: Sequence[Edit]) -> None:
    """Refuse a file that is edited twice, or is a directory for another one."""
    paths = [edit.path for edit in edits]
    for path in paths:
        if paths.count(path) > 1:
            raise _misfit(path, "it is edited twice", "Make one edit of it.")
        if any(other.startswith(f"{path}/") for other in paths):
            raise _misfit(path, "another edited file is below it", "Leave one of them out.")


def look(tree: WorkTree, path: str) -> Found | None:
    """Return a regular file; None where nothing is.

    Raises:
        MisfitError: it is a link or no regular file, or cannot be reached without a link.
    """
    with suppress(FileNotFoundError), _reached(tree, path, make=False) as (folder, name):
        file = os.open(name, READ, dir_fd=folder)
        with os.fdopen(file, "rb") as opened:
            found = os.fstat(opened.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise _misfit(path, "it is no regular file", "Edit another file.")
            owner = (found.st_uid, found.st_gid)
            return Found(opened.read(), stat.S_IMODE(found.st_mode), owner)
    return None


def put(tree: WorkTree, path: str, text: str, drafts: Path | None = None) -> None:
    """Give a file another content at one stroke; it keeps its mode and its owner.

    Args:
        tree: what the file is in.
        path: where, relative to its root.
        text: the new content.
        drafts: a directory on the same disk to write it in first; the file's own for None.

    Raises:
        MisfitError: it is a link or no regular file, or cannot be reached without a link.
    """
    found = look(tree, path)
    with _reached(tree, path, make=True) as (folder, name):
        with _opened(drafts, folder) as place:
            draft = f".{name[:200]}.trueup-draft"
            _write(place, draft, text.encode(), found)
            os.rename(draft, name, src_dir_fd=place, dst_dir_fd=folder)
        os.fsync(folder)


@contextmanager
def _opened(drafts: Path | None, folder: int) -> Iterator[int]:
    if drafts is None:
        yield folder
        return
    place = os.open(drafts, FOLDER)
    try:
        yield place
    finally:
        os.close(place)


def _write(folder: int, draft: str, content: bytes, found: Found | None) -> None:
    with suppress(FileNotFoundError):  # of an act that was cut off
        os.unlink(draft, dir_fd=folder)
    with os.fdopen(os.open(draft, WRITE, 0o600, dir_fd=folder), "wb") as file:
        file.write(content)
        if found is not None and found.owner != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), *found.owner)
        os.fchmod(file.fileno(), found.mode if found else NEW)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _reached(tree: WorkTree, path: str, *, make: bool) -> Iterator[tuple[int, str]]:
    """Yield the directory that a file is in, and its name there."""
    if problem := path_problem(path):
        raise _misfit(problem.file, problem.reason, "Name a file of the work tree.")
    try:
        with tree.folder(path, make=make) as place:
            yield place
    except (FileNotFoundError, MisfitError):
        raise
    except ToolError as error:
        raise _misfit(
            path, "a link or a file is on the way to it", "Edit another file."
        ) from error
    except OSError as error:
        refuse_shortage(error)
        why = "it is a link" if error.errno == errno.ELOOP else error.strerror or str(error)
        raise _misfit(path, why, "Edit another file.") from error


def _misfit(path: str, why: str, fix: str) -> MisfitError:
    return MisfitError(f"the edit of {path} does not fit", why, fix)
