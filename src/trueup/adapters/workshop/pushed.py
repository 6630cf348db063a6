"""Which commits were about to be pushed, on record before they are.

So an answer that was lost is found again, and a branch with anything else at its tip is known
to be somebody else's.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.model.shortage import refuse_shortage
from trueup.model.workshop import Publication

MOST = 50


@dataclass(frozen=True, slots=True)
class Pushed:
    """The commits for one branch of one source; `file` is the record of them."""

    file: Path

    def commits(self) -> tuple[str, ...]:
        """Return every commit on record, oldest first."""
        return tuple(commit for commit, _ in self._read())

    def of(self, publication: Publication) -> tuple[str, ...]:
        """Return the commits that were made for a publication."""
        mark = _mark(publication)
        return tuple(commit for commit, said in self._read() if said == mark)

    def add(self, commit: str, publication: Publication) -> None:
        """Put a commit on record before it is pushed."""
        pair = (commit, _mark(publication))
        kept = [one for one in self._read() if one != pair]
        replace_file(self.file, json.dumps([*kept, pair][-MOST:]))

    def _read(self) -> list[tuple[str, str]]:
        try:
            return [(str(one), str(two)) for one, two in json.loads(self.file.read_text())]
        except (OSError, ValueError, TypeError) as error:
            refuse_shortage(error)
            return []


def pushed(directory: Path, source: str, ref: str) -> Pushed:
    """Return the record for a branch."""
    name = hashlib.sha256(f"{source}\0{ref}".encode()).hexdigest()[:16]
    return Pushed(directory / f"{name}.json")


def _mark(publication: Publication) -> str:
    said = (
        publication.run,
        publication.mode,
        publication.base,
        publication.edits,
        publication.date,
        publication.subject,
        publication.body,
        sorted(publication.trailers.items()),
    )
    return hashlib.sha256(repr(said).encode(errors="replace")).hexdigest()
