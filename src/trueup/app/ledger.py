"""Every status of every source behind one port: each key's file lies with its source."""

from collections.abc import Callable, Mapping

from trueup.adapters.disk.records import SOURCE, StatusFiles
from trueup.model.discreet import discreet
from trueup.model.key import Key
from trueup.model.redaction import mask
from trueup.model.status import Status
from trueup.model.work import Artifact


class Ledger:
    """Implements `Records` over the status files of several sources."""

    def __init__(
        self, files: Mapping[str, StatusFiles], source_of: Callable[[Key], str | None]
    ) -> None:
        self._files, self._source_of = files, source_of
        self._whose: dict[str, Key] | None = None

    def read(self, key: Key) -> Status:
        """Return what is remembered; an empty status where nothing is."""
        return self._of(key).read(key)

    def write(self, status: Status) -> None:
        """Remember a status, without what is secret."""
        self._of(status.key).write(discreet(status))
        if self._whose is not None:
            self._whose |= _named(status)

    def forget(self, key: Key) -> None:
        """Remove the status and the artifacts of a resource that is gone."""
        self._of(key).forget(key)

    def whose(self, project: str) -> Key | None:
        """Return the resource whose status says that a project is its own; a cheap question."""
        if self._whose is None:
            every = [_named(self.read(key)) for key in self.known()]
            self._whose = {name: key for one in every for name, key in one.items()}
        return self._whose.get(project)

    def artifact(self, key: Key, name: str, text: str, *, passing: bool = False) -> Artifact:
        """Keep a file beside the status, without what is secret."""
        return self._of(key).artifact(key, name, mask(text), passing=passing)

    def paper(self, key: Key, name: str) -> str:
        """Return such a file as text; empty where there is none."""
        return self._of(key).paper(key, name)

    def discard(self, key: Key, name: str) -> None:
        """Throw such a file away; one that is gone is fine."""
        self._of(key).discard(key, name)

    def known(self) -> tuple[Key, ...]:
        """Return every key that has a status."""
        return tuple(sorted({key for one in set(self._files.values()) for key in one.known()}))

    def under_way(self) -> tuple[Key, ...]:
        """Return every key whose last step is on record as begun and not as ended."""
        found = {key for one in set(self._files.values()) for key in one.mentioning(b"journal")}
        return tuple(key for key in sorted(found) if self.read(key).journal)

    def shown(self) -> tuple[Key, ...]:
        """Return the same, and the sources that were ever in trouble."""
        sources = {key for one in set(self._files.values()) for key in one.sources()}
        return (*sorted(sources), *self.known())

    def uncertain(self, key: Key) -> bool:
        """Whether what is remembered may not be all there was: the file is gone or damaged."""
        return self._of(key).uncertain(key)

    def mark(self, key: Key) -> str:
        """Return a text that is another one whenever a status was written."""
        return self._of(key).mark(key)

    def files(self, key: Key) -> StatusFiles:
        """Return the status files that a key's status is among."""
        return self._of(key)

    def of(self, source: str) -> StatusFiles:
        """Return the status files of a source."""
        return self._files[source]

    def _of(self, key: Key) -> StatusFiles:
        source = key.name if key.kind == SOURCE else self._source_of(key)
        if source is not None and source in self._files:
            return self._files[source]
        every = list(self._files.values())
        return next((one for one in every if one.path(key).exists()), every[0])


def _named(status: Status) -> dict[str, Key]:
    return {status.spec.get("project") or status.key.name: status.key}
