"""The top modules of a wheel, from the list at its end, without fetching the whole of it."""

import io
import zipfile
from typing import IO, cast

from trueup.adapters.indexes.fetch import Fetch

ENDS = (64 * 1024, 1024 * 1024)
LARGEST = 8 * 1024 * 1024
METADATA = (".dist-info", ".data", ".libs", ".egg-info")
PLACES = frozenset({"purelib", "platlib"})


def top_modules(fetch: Fetch, url: str) -> frozenset[str] | None:
    """Return the top modules of a wheel; None where that would take too much."""
    for length in ENDS:
        page = fetch.get(url, span=f"-{length}", largest=LARGEST)
        if page is None:
            return None
        names = _names(page.body)
        if names is not None:
            return frozenset(filter(None, map(_top, names)))
        if not page.partial:
            return None
    return None


def _names(end: bytes) -> list[str] | None:
    """Return the names in an archive of which only the end is there."""
    try:
        # What is before the end is not read, so its place in the file does not matter.
        return zipfile.ZipFile(cast("IO[bytes]", io.BytesIO(end))).namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return None


def _top(name: str) -> str:
    first, _, rest = name.partition("/")
    if first.endswith(".data"):
        place, _, rest = rest.partition("/")
        return _top(rest) if place in PLACES else ""
    if first.endswith(METADATA):
        return ""
    return first.partition(".")[0] if not rest else first
