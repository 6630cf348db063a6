"""What is on the disk when the power fails in the middle of a write, whatever got there first.

A disk keeps the content of a file that was flushed, and the names of a directory that was
flushed. Of everything else it keeps what it likes: a new name may be there before the content.
"""

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.report.statuses import KEY, READY
from trueup.adapters.disk.records import StatusFiles
from trueup.model.status import Status
from trueup.report.records import from_text, to_text

OLD, NEW = replace(READY, revision="old"), replace(READY, revision="new")

Names = dict[str, int]


@dataclass
class Disk:
    """Sees the flushes and renames of one directory, and what would be left after each.

    `crashes` are the states that a power cut could leave at each of these moments: with the
    names that were flushed last, and with those of the moment; both with flushed content only.
    """

    top: Path
    content: dict[int, bytes] = field(default_factory=dict)
    names: dict[Path, Names] = field(default_factory=dict)
    crashes: list[dict[str, bytes]] = field(default_factory=list)
    flush = staticmethod(os.fsync)
    rename = staticmethod(os.replace)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(os, "fsync", self.fsync)
        patch.setattr(os, "replace", self.replace)

    def fsync(self, handle: int) -> None:
        self.crash()
        self.flush(handle)
        found = os.fstat(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if stat.S_ISDIR(found.st_mode):
            self.names[path] = self.listed(path)
        else:
            self.content[found.st_ino] = path.read_bytes()
        self.crash()

    def replace(self, source: Path, target: Path) -> None:
        self.crash()
        self.rename(source, target)
        self.crash()

    def crash(self) -> None:
        folders = [path for path in self.top.rglob("*") if path.is_dir()]
        for names in (self.names, {path: self.listed(path) for path in folders}):
            self.crashes.append(
                {
                    str((folder / name).relative_to(self.top)): self.content.get(inode, b"")
                    for folder, listed in names.items()
                    for name, inode in listed.items()
                }
            )

    def listed(self, folder: Path) -> Names:
        return {one.name: one.stat().st_ino for one in folder.iterdir() if one.is_file()}


def test_a_power_cut_at_any_moment_of_a_write_leaves_the_old_or_the_new_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(tmp_path / "real")
    files = opened(disk.top)
    disk.watch(monkeypatch)
    files.write(OLD)
    disk.crashes.clear()
    files.write(NEW)
    disk.crash()

    places = (tmp_path / f"crash-{number}" for number in range(len(disk.crashes)))
    found = [read_after(*one) for one in zip(places, disk.crashes, strict=True)]
    assert {one.revision for one in found} == {"old", "new"}
    assert found[-2:] == [NEW, NEW], "it was not durable when write returned"


def read_after(folder: Path, state: dict[str, bytes]) -> Status:
    """Return what the next process reads, once the power is back."""
    for name, content in state.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return opened(folder).read(KEY)


def opened(directory: Path) -> StatusFiles:
    return StatusFiles(directory, to_text, from_text)
