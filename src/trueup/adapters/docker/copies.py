"""Copies of what releases mount, below `snapshots/DIGEST/`, and notes about them beside that.

The engine makes an empty folder where the source of a mount is gone, so that a copy is there
does not mean that it is whole. A note `whole` is written last, where the engine never writes;
one per service says which copy it was started with, so that whoever still mounts a copy that
was removed is known. Knows nothing of releases.
"""

import filecmp
import os
import secrets
import shutil
from pathlib import Path

SNAPSHOTS = "snapshots"
NOTES = "copied"
WHOLE = "whole"
ANYBODY = "anybody"
EMPTY = "folder "
PRIVATE = 0o700


class Copies:
    """Makes copies below a state directory, and tells whether they are still those."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def make(self, source: Path, target: Path) -> None:
        """Copy a file or folder; a folder that is whole is left as it is."""
        notes = self._notes(target)
        if notes.exists() and not self.gone(target):
            if target.is_file() and not _alike(source, target):
                _put(source, target)  # its container wrote to it, and keeps what it wrote
            return
        make(target.parent, self._state)
        if not notes.exists() and _alike(source, target):  # made when there were no notes yet
            self._note(target, ANYBODY)
        else:
            discard(notes)
            _put(source, target)
        self._note(target, WHOLE)

    def gone(self, target: Path) -> bool:
        """Whether a copy is not there, or what is there is not the copy."""
        shape = _shape(target)
        if not self._notes(target).exists():
            return shape in {"", EMPTY}
        return not shape or self._noted(target, WHOLE) != shape

    def lost(self, use: str) -> bool:
        """Whether whoever was started with a copy mounts another one, or none."""
        user, _, path = use.partition(" ")
        target = Path(path)
        if self.gone(target) or not self._notes(target).exists():
            return self.gone(target)
        return _shape(target) not in {self._noted(target, user), self._noted(target, ANYBODY)}

    def used(self, use: str, target: Path) -> None:
        """Note that somebody was started with a copy as it is."""
        if self._notes(target).exists():
            self._note(target, use.partition(" ")[0])

    def drop(self, folder: Path) -> None:
        """Remove all copies of one digest."""
        discard(folder)
        discard(self._state / NOTES / folder.name)

    def _notes(self, target: Path) -> Path:
        return self._state / NOTES / target.parent.name / target.name

    def _noted(self, target: Path, name: str) -> str:
        try:
            return (self._notes(target) / name).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    def _note(self, target: Path, name: str) -> None:
        place = self._notes(target) / name
        if self._noted(target, name) == _shape(target):
            return
        make(place.parent, self._state)
        part = part_of(place)
        with part.open("w", encoding="utf-8") as file:
            file.write(_shape(target))
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
        sync(place.parent)


def _shape(target: Path) -> str:
    """Return what a copy looks like at its top: cheap, and the same after a restore."""
    try:
        if target.is_dir():
            return EMPTY + "/".join(sorted(os.listdir(target)))  # noqa: PTH208 - names only
    except OSError:
        return ""
    return "file" if target.is_file() else ""


def _alike(source: Path, target: Path) -> bool:
    """Whether a copy has the content of its source."""
    if source.is_symlink() and target.is_symlink():
        return source.readlink() == target.readlink()
    if source.is_dir() and target.is_dir():
        names = [one.name for one in entries(source) if _is_content(one)]
        same = names == [one.name for one in entries(target)]
        return same and all(_alike(source / name, target / name) for name in names)
    both = source.is_file() and target.is_file()
    return both and filecmp.cmp(source, target, shallow=False)


def _put(source: Path, target: Path) -> None:
    """Copy beside the place and rename; what is in the way is moved out of it."""
    part, old = part_of(target), part_of(target)
    try:
        _duplicate(source, part)
        if os.path.lexists(target):
            target.rename(old)
        part.rename(target)
    finally:
        discard(part)
        discard(old)
    sync(target.parent)


def _duplicate(source: Path, target: Path) -> None:
    """Copy a file or a folder with its modes, owners and links, down to the disk."""
    if source.is_dir():
        target.mkdir(mode=PRIVATE)
        for entry in entries(source):
            if _is_content(entry):
                _duplicate_entry(entry, target / entry.name)
        _same_rights(source, target)
    else:
        _duplicate_file(source, target)


def _duplicate_entry(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
        _same_owner(source, target)
    else:
        _duplicate(source, target)


def _is_content(entry: Path) -> bool:
    """Pipes, sockets and devices are not, nor is what git keeps for itself."""
    known = entry.is_symlink() or entry.is_dir() or entry.is_file()
    return known and entry.name != ".git"


def _duplicate_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    _same_rights(source, target)


def _same_rights(source: Path, target: Path) -> None:
    _same_owner(source, target)
    shutil.copystat(source, target)


def _same_owner(source: Path, target: Path) -> None:
    if os.geteuid() == 0:
        found = source.stat(follow_symlinks=False)
        os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)


def part_of(target: Path) -> Path:
    """Return a name to write under before a rename to a place."""
    return target.parent / f".part-{secrets.token_hex(8)}"


def make(directory: Path, top: Path) -> None:
    """Make a folder at or below `top` that only we may read."""
    for path in (*reversed(directory.parents), directory):
        if path.is_relative_to(top):
            path.mkdir(mode=PRIVATE, exist_ok=True, parents=True)


def discard(path: Path) -> None:
    """Remove a file or a folder with all that is in it; one that is gone is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync(directory: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def entries(directory: Path) -> list[Path]:
    """Return what is in a folder, in order; nothing where it is none."""
    return sorted(directory.iterdir()) if directory.is_dir() else []
