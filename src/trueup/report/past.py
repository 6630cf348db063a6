"""What was tried, and which verified releases there are to go back to. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from trueup.model.release import commit
from trueup.model.status import Entry, Status
from trueup.report.listed import since

HEADER = ("TO", "WHEN", "RESULT", "REVISION", "DIGEST", "TOOK", "MESSAGE")
CURRENT = "*"


def verified(status: Status) -> tuple[Entry, ...]:
    """Return the releases that were verified before the one that counts, the latest first."""
    current = status.applied.digest if status.applied else ""
    found: dict[str, Entry] = {}
    for one in status.history:
        if one.result == "Applied" and one.digest != current:
            found.setdefault(one.digest, one)
    return tuple(found.values())


def chosen(status: Status, words: str) -> Entry | None:
    """Return the release that a person means: by its number, its digest or its commit."""
    every = verified(status)
    if words.isdecimal() and 1 <= int(words) <= len(every):
        return every[int(words) - 1]
    shortest = 4
    begins = [one for one in every if words and _names(one, words) and len(words) >= shortest]
    return begins[0] if begins else None


def _names(entry: Entry, words: str) -> bool:
    return entry.digest.startswith(words) or commit(entry.revision).startswith(words)


def rows(status: Status, now: datetime) -> Iterator[tuple[str, ...]]:
    """Yield a row for each line of history; TO is what `rollback --to` takes."""
    marks = _marks(status)
    for one in status.history:
        mark = marks.pop(one.digest, "") if one.result == "Applied" else ""
        when, took = f"{since(one.at, now)} ago", f"{one.seconds:g}s"
        yield (mark, when, one.result, commit(one.revision), one.digest, took, one.message)


def _marks(status: Status) -> dict[str, str]:
    current = {status.applied.digest: CURRENT} if status.applied else {}
    return current | {one.digest: str(n) for n, one in enumerate(verified(status), start=1)}


def document(status: Status) -> list[Mapping[str, object]]:
    """Return the history as plain values."""
    marks = _marks(status)
    return [
        {
            "to": marks.pop(one.digest, "") if one.result == "Applied" else "",
            "at": one.at,
            "result": one.result,
            "revision": one.revision,
            "digest": one.digest,
            "seconds": one.seconds,
            "message": one.message,
        }
        for one in status.history
    ]
