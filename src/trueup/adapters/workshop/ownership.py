"""What we wrote into somebody's repository is given to whom the repository belongs to.

Else a Trueup that is root would leave folders there that the owner cannot write to.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath


def give_back(git: Path, oids: Iterable[str], ref: str) -> None:
    """Give loose objects and a ref, with the folders that were made for them, to git's owner."""
    owner, own = git.stat(), os.geteuid()
    if own != 0 or owner.st_uid == own:
        return
    for path in (*_objects(oids), *_refs(ref)):
        with suppress(OSError):  # it is packed, or somebody removed it
            if os.lstat(git / path).st_uid == own:
                os.lchown(git / path, owner.st_uid, owner.st_gid)


def _objects(oids: Iterable[str]) -> Iterator[str]:
    for oid in oids:
        yield from (f"objects/{oid[:2]}", f"objects/{oid[:2]}/{oid[2:]}")


def _refs(ref: str) -> Iterator[str]:
    for path in (PurePosixPath(ref), PurePosixPath("logs", ref)):
        yield from map(str, (path, *path.parents[:-1]))
