"""What may be removed: what people confirmed on this host, and what was let through already.

Two small files per source under the state directory. The command line writes the request,
the running process takes it, and writes down what it lets go, so that a restart in the
middle of a large removal does not ask again.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import remove_file, replace_file
from trueup.adapters.disk.stamps import stamps
from trueup.app.removals import Held, Removal, held
from trueup.model.guard import Guard
from trueup.model.key import Key, parse_key


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed: exactly these keys, as one revision would remove them."""

    revision: str
    keys: frozenset[Key]
    by: str
    at: str


class Departures:
    """Files `departures/SOURCE.json` (let through) and `confirmed/SOURCE.json` (asked for).

    With `read_only` nothing is written but what a person asks for.
    """

    def __init__(self, state: Path, *, read_only: bool = False) -> None:
        self._passed, self._asked = state / "departures", state / "confirmed"
        self._read_only = read_only

    def judge(self, removal: Removal, guard: Guard) -> Held:
        """Return which removals wait; what need not wait is let through from now on."""
        before = replace(removal, waited=self.waited(removal.source))
        waiting = held(self._confirmed(before), guard)
        self.let_pass(removal.source, removal.gone - waiting.keys, waiting.keys)
        return waiting

    def _confirmed(self, removal: Removal) -> Removal:
        """Return a removal with what a person has confirmed on this host.

        That counts for what the person has seen: where more would go now, for nothing.
        """
        asked = self.asked(removal.source)
        if asked is None:
            return removal
        self.take(removal.source)
        seen = removal.waiting <= asked.keys
        return replace(removal, agreed=removal.gone) if seen else removal

    def passed(self, source: str) -> frozenset[Key]:
        """Return what was let through, and may not be removed yet."""
        return _keys(_read(self._passed / f"{source}.json").get("keys", ()))

    def waited(self, source: str) -> frozenset[Key]:
        """Return what waited for a person when a source was last judged."""
        return _keys(_read(self._passed / f"{source}.json").get("waiting", ()))

    def let_pass(
        self, source: str, keys: frozenset[Key], waiting: frozenset[Key] = frozenset()
    ) -> None:
        """Remember what is let through, and what waits; all else is forgotten."""
        if self._read_only or (keys, waiting) == (self.passed(source), self.waited(source)):
            return
        path = self._passed / f"{source}.json"
        if keys or waiting:
            said = {"keys": _texts(keys), "waiting": _texts(waiting)}
            replace_file(path, json.dumps(said))
        else:
            remove_file(path)

    def ask(self, source: str, said: Confirmed) -> None:
        """Ask for a removal that waits."""
        body = {"revision": said.revision, "keys": _texts(said.keys), "by": said.by, "at": said.at}
        replace_file(self._asked / f"{source}.json", json.dumps(body))

    def asked(self, source: str) -> Confirmed | None:
        """Return what a person asked for and nobody has taken yet."""
        said = _read(self._asked / f"{source}.json")
        if not said:
            return None
        words = (str(said.get(name, "")) for name in ("revision", "by", "at"))
        revision, by, at = words
        return Confirmed(revision, _keys(said.get("keys", ())), by, at)

    def take(self, source: str) -> None:
        """Forget a request: it was heard."""
        if not self._read_only:
            remove_file(self._asked / f"{source}.json")

    def stamps(self) -> dict[str, float]:
        """Return when each request was written, to notice new ones cheaply."""
        return stamps(self._asked)


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _texts(keys: Collection[Key]) -> list[str]:
    return [str(key) for key in sorted(keys)]


def _keys(said: Any) -> frozenset[Key]:
    """Return keys as they were written; what is damaged confirms nothing."""
    try:
        return frozenset(parse_key(str(one)) for one in said)
    except (ValueError, TypeError):
        return frozenset()
