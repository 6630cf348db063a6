"""What a person asked for on this host by the command line: a look now, or a pause.

One small file per resource under the state directory, written by the command line and
read by the running process; it is how the two talk, whoever of them starts first.
"""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from trueup.adapters.disk.records import replace_file
from trueup.adapters.disk.stamps import stamps_below
from trueup.model.key import Key
from trueup.model.kind import Finite, Kind, Terms
from trueup.model.shortage import refuse_shortage

AnyKind = TypeVar("AnyKind", Kind[Any, Any], Finite[Any, Any])


@dataclass(frozen=True, slots=True)
class Control:
    """A request. `until` is a UTC time in ISO 8601 or empty; `requested` any new text.

    `revert` is the digest of the verified release that is asked for with it, `begin` the step that
    another try of a Run begins with.
    """

    suspended: str = ""
    until: str = ""
    requested: str = ""
    revert: str = ""
    begin: str = ""

    def applied(self, terms: Terms) -> Terms:
        """Return the terms of a document with the request of the person on top."""
        if self.requested:
            token = f"{terms.requested_at} {self.requested}".strip()
            terms = replace(terms, requested_at=token, revert_to=self.revert)
            terms = replace(terms, begin=self.begin or terms.begin)
        if self.suspended:
            terms = replace(terms, suspended=self.suspended, suspended_until=self.until)
        return terms

    def over(self, kind: AnyKind) -> AnyKind:
        """Return a kind with the request of the person on top of what documents say."""
        return replace(kind, terms=lambda spec: self.applied(kind.terms(spec)))


class Controls:
    """Requests as JSON files `controls/Kind/name.json`."""

    def __init__(self, state: Path) -> None:
        self._directory = state / "controls"
        self._heeded: dict[Key, str] = {}

    def read(self, key: Key) -> Control:
        """Return what was asked for; an empty request where nothing was."""
        try:
            said = json.loads(self._path(key).read_text(encoding="utf-8"))
            return Control(*(str(said.get(one.name, "")) for one in fields(Control)))
        except OSError as error:
            refuse_shortage(error)
            return Control()
        except (ValueError, AttributeError):
            return Control()

    def heeded(self, key: Key) -> Control:
        """Return a request, but of a look only what was heeded.

        A look that is asked for comes after a look at the source. Until that was had, the
        request must not count as handled by one that happens to come before.
        """
        said = self.read(key)
        return replace(said, requested=self._heeded.setdefault(key, said.requested))

    def heed(self, key: Key) -> None:
        """Let the look that is asked for now count."""
        self._heeded[key] = self.read(key).requested

    def write(self, key: Key, control: Control) -> None:
        """Ask for something."""
        replace_file(self._path(key), json.dumps(asdict(control)))

    def forget(self, key: Key) -> None:
        """Forget what was asked for of a resource that is gone."""
        self._path(key).unlink(missing_ok=True)

    def stamps(self) -> dict[Key, float]:
        """Return when each request was last written, to notice new ones cheaply."""
        found = stamps_below(self._directory)
        return {Key(kind, name): written for (kind, name), written in found.items()}

    def _path(self, key: Key) -> Path:
        return self._directory / key.kind / f"{key.name}.json"
