"""Documents that are not in force, told where those look who wrote them.

Either a document never was valid, or its name is another source's. Knows nothing of what
is done about the documents that are in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trueup.adapters.disk.records import StatusFiles
from trueup.app.site import Site
from trueup.model.errors import Problem
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.plan import Sync
from trueup.model.status import Condition, Status

Problems = tuple[str, ...]


@dataclass(slots=True)
class Refusals:
    """Statuses and events for refused documents; what was told once is not told again."""

    site: Site
    _told: dict[tuple[str, Key], Problems] = field(default_factory=dict)
    _loose: set[str] = field(default_factory=set)
    _turns: int = -1

    def tell(self, source: str) -> None:
        """Say what is refused of a source, and take back what no longer is.

        Raises:
            ToolError: a status cannot be written.
        """
        refused, files = self.site.wishes.refused(source), self.site.records.of(source)
        for key, problems in refused.items():
            said = tuple(str(one) for one in problems)
            self._event(source, key, said)
            self._write(files, key, said)
        self._told = {
            (name, key): said
            for (name, key), said in self._told.items()
            if name != source or key in refused
        }
        if self._turns != self.site.wishes.turns:
            self._turns = self.site.wishes.turns
            self._take_back(files)
        self._tell_loose({str(one) for one in self.site.wishes.loose()})

    def _tell_loose(self, problems: set[str]) -> None:
        """Say what is wrong with files in which no resource can be made out, once."""
        for problem in sorted(problems - self._loose):
            self.site.emit(Event(None, "invalid", problem, "error"))
        self._loose = problems

    def _event(self, source: str, key: Key, said: Problems) -> None:
        if self._told.get((source, key)) != said:
            self._told[source, key] = said
            why = said[0] if said else "the document is not valid"
            self.site.emit(Event(key, "invalid", f"source {source}: refused: {why}", "error"))

    def _write(self, files: StatusFiles, key: Key, said: Problems) -> None:
        """Write a status, unless the file is that of the one who has the name."""
        taken = self.site.wishes[key] is not None and self.site.records.files(key) is files
        if not taken and files.read(key).problems != said:
            files.write(refusal(key, said, self.site.clock.now().isoformat(timespec="seconds")))

    def _take_back(self, files: StatusFiles) -> None:
        """Remove statuses of documents that are gone and never did anything."""
        alive = self._refused_in(files)
        for key in files.known():
            here = self.site.records.files(key) is files
            if key in alive or (self.site.wishes[key] is not None and here):
                continue
            status = files.read(key)
            if status.problems and not _ran(status):
                files.forget(key)

    def _refused_in(self, files: StatusFiles) -> Mapping[Key, Iterable[Problem]]:
        """Return what is refused of every source whose statuses are in the same folder."""
        names = [one.name for one in self.site.settings.sources]
        mine = [name for name in names if self.site.records.of(name) is files]
        return {key: why for name in mine for key, why in self.site.wishes.refused(name).items()}


def refusal(key: Key, said: Problems, now: str) -> Status:
    """Return the status of a document that is not in force."""
    why = said[0] if said else "the document is not valid"
    return Status(
        key,
        sync=Sync.UNKNOWN,
        problems=said,
        conditions=(
            Condition("Ready", "False", "InvalidDocument", why, now),
            Condition("Stalled", "True", "InvalidDocument", why, now),
        ),
    )


def _ran(status: Status) -> bool:
    return status.attempted is not None or status.applied is not None
