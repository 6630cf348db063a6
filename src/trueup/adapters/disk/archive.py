"""Folders as one compressed file, and back. Knows nothing of what is in them."""

import io
import os
import secrets
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from trueup.model.errors import SpecError, ToolError

SECRET = 0o600

Left = Callable[[Path], bool]
"""Whether a path is left out, with everything below it."""


def pack(
    target: Path, folders: Iterable[tuple[str, Path]], texts: Mapping[str, str], left_out: Left
) -> int:
    """Write folders, under the names given, and texts into one file that only we may read.

    What vanishes meanwhile is left out. The file is there in full, or not at all.

    Returns:
        How many bytes the file has.

    Raises:
        ToolError: a folder cannot be read, or the file not be written.
    """
    part = target.parent / f".{target.name}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET), "wb") as file:
            _fill(file, folders, texts, left_out)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        fix = "Look at the free space and the rights there."
        raise ToolError(f"{target} cannot be written", str(error), fix) from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def read_text(source: Path, name: str) -> str:
    """Return a text of an archive.

    Raises:
        SpecError: the file is no such archive.
    """
    try:
        with tarfile.open(source, "r:gz") as tar:
            found = tar.extractfile(name)
            return found.read().decode() if found else ""
    except (OSError, tarfile.TarError, KeyError, UnicodeDecodeError, EOFError) as error:
        raise SpecError(f"{source} is not a whole archive of Trueup", str(error)) from error


def unpack(source: Path, target: Path) -> None:
    """Write what an archive holds into a folder that is not there yet, down to the disk.

    Owners and modes are kept where we may; nothing is written outside the folder.

    Raises:
        SpecError: the archive is damaged, or holds a path that leaves the folder.
        ToolError: the folder cannot be written.
    """
    try:
        target.mkdir(mode=0o700, parents=True)
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(target, filter=_within)  # noqa: S202 - the filter refuses what leaves it
        os.sync()
    except (tarfile.TarError, EOFError) as error:
        raise SpecError(f"{source} is damaged", str(error), "Take another backup.") from error
    except OSError as error:
        raise ToolError(f"{target} cannot be written", str(error), "Look at the disk.") from error


def _within(member: tarfile.TarInfo, target: str) -> tarfile.TarInfo:
    """Refuse what leaves the folder; devices too. Owners stay, for containers read the files."""
    checked = tarfile.data_filter(member, target)
    return checked.replace(mode=member.mode, uid=member.uid, gid=member.gid, deep=False)


def _fill(
    file: IO[bytes],
    folders: Iterable[tuple[str, Path]],
    texts: Mapping[str, str],
    left_out: Left,
) -> None:
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
        for name, text in texts.items():
            said = tarfile.TarInfo(name)
            said.size, said.mode = len(text.encode()), SECRET
            tar.addfile(said, io.BytesIO(text.encode()))
        for name, folder in folders:
            _add(tar, name, folder, left_out)


def _add(tar: tarfile.TarFile, name: str, path: Path, left_out: Left) -> None:
    if left_out(path):
        return
    try:
        tar.add(path, name, recursive=False)
        entries = sorted(path.iterdir()) if path.is_dir() and not path.is_symlink() else []
    except FileNotFoundError:
        return
    for entry in entries:
        _add(tar, f"{name}/{entry.name}", entry, left_out)
