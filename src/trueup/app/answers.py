"""Where the status files of each source are, and what pushes them to its status branch.

Refuses to know what is in them.
"""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import StatusFiles
from trueup.app.ledger import Ledger
from trueup.app.trees import remote_of
from trueup.model.errors import TrueupError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.ports import Emit
from trueup.report.commits import commit_message
from trueup.report.records import from_text, to_text
from trueup.settings import Settings


class Answers:
    """The status files of all sources of one configuration."""

    def __init__(self, settings: Settings, emit: Emit, *, read_only: bool) -> None:
        self._settings, self._emit, self._read_only = settings, emit, read_only

    def ledger(self, source_of: Callable[[Key], str | None]) -> Ledger:
        """Return the status files, of which nothing has been read yet."""
        by_folder: dict[Path, StatusFiles] = {}
        for one in self._settings.sources:
            by_folder.setdefault(self.directory(one.name), self._files(one.name))
        names = [one.name for one in self._settings.sources]
        files = {name: by_folder[self.directory(name)] for name in names}
        return Ledger(files, source_of)

    def directory(self, source: str) -> Path:
        """Return where a source's status files are on this machine."""
        in_state = self._settings.state / "status" / source
        return in_state if self._settings.source(source).git else self._settings.status.directory

    def _files(self, source: str) -> StatusFiles:
        """Return the status files of a source; the publisher hears of every change."""
        publisher = None if self._read_only else self.publishers.get(source)
        notify = publisher.wake if publisher else lambda _: None
        keeps = not self._read_only
        return StatusFiles(self.directory(source), to_text, from_text, notify, keeps=keeps)

    @cached_property
    def publishers(self) -> Mapping[str, Any]:
        """What pushes status files to the status branch of each git source."""
        from trueup.adapters.git.mirror import Author
        from trueup.adapters.git.publisher import Publisher

        said = self._settings.status
        return {
            one.name: Publisher(
                remote_of(one.git),
                self._settings.state / "publish" / one.name,
                self.directory(one.name),
                commit_message,
                branch=said.branch,
                author=Author(said.name, said.email),
                interval=said.interval,
                failed=partial(self._push_failed, one.name),
            )
            for one in self._settings.sources
            if one.git and said.push
        }

    def _push_failed(self, source: str, error: Exception) -> None:
        text = error.text if isinstance(error, TrueupError) else str(error)
        message = f"source {source}: status was not pushed: {text} It is kept and tried again."
        self._emit(Event(None, "push-failed", message, "warning"))
