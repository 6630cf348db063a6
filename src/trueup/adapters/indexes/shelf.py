"""Keeps what a package index said for a day, so that it is not fetched for each question.

A folder per index, files written whole or not at all. Does not know what is asked of it.
"""

import gzip
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from trueup.model.system import Offer

DAY = 86400.0
OFFERS = "packages.json.gz"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one index said."""

    folder: Path

    def offers(self, fetch: Callable[[], Iterable[Offer]]) -> dict[str, Offer]:
        """Return all packages by name; fetches them where they are not known or of yesterday."""
        kept = _fresh(self.folder / OFFERS)
        if kept is None:
            kept = gzip.compress(json.dumps([astuple(one) for one in fetch()]).encode(), 1)
            _write(self.folder / OFFERS, kept)
        rows = json.loads(gzip.decompress(kept))
        return {
            name: Offer(name, version, tuple(provides), runs_on)
            for name, version, provides, runs_on in rows
        }

    def rows(self, kind: str, fetch: Callable[[], Iterable[Row]]) -> bytes:
        """Return lines of path, tab and package; fetches them as `offers` does."""
        path = self.folder / f"files-{kind}.gz"
        kept = _fresh(path)
        if kept is None:
            lines = "".join(f"{file}\t{package}\n" for file, package in fetch())
            kept = gzip.compress(lines.encode(), 1)
            _write(path, kept)
        return gzip.decompress(kept)


def shelf_for(cache: Path, family: str, sources: str) -> Shelf:
    """Return the shelf of all images that take their packages from the same sources."""
    digest = hashlib.sha256(sources.encode()).hexdigest()[:24]
    return Shelf(cache / f"{family}-{digest}")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _fresh(path: Path) -> bytes | None:
    """Return what a file has, unless it is of yesterday or damaged."""
    try:
        if time.time() - path.stat().st_mtime > DAY:
            return None
        data = path.read_bytes()
        gzip.decompress(data)
    except (OSError, EOFError):
        return None
    return data
