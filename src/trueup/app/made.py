"""Runs that no source asks for: Trueup made them, of failures. Their documents lie here.

Refuses to know which failure makes one, and what becomes of it.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from trueup.adapters.disk.records import remove_file, replace_file
from trueup.model.key import Key
from trueup.model.resource import Document
from trueup.model.shortage import refuse_shortage

AnyData = TypeVar("AnyData", "Made", "Spent")


@dataclass(frozen=True, slots=True)
class Made:
    """A Run that was made of a failure of a stack.

    Attributes:
        trigger: build, verify, or the pattern of a log after `log:`.
        digest: what the stack was wanted to be when it failed.
        source: the source of the stack then; `revision` is what it was at.
        at: when, in UTC.
        superseded: why it is given up; empty where it is not.
        leaving: whether it is to be forgotten.
    """

    name: str
    stack: str
    service: str
    trigger: str
    digest: str
    source: str
    revision: str
    at: str
    body: dict[str, Any] = field(default_factory=dict)
    superseded: str = ""
    leaving: bool = False

    @property
    def key(self) -> Key:
        """Whose document it is."""
        return Key("Run", self.name)

    @property
    def document(self) -> Document:
        """The document, as if somebody had written it."""
        return Document(self.key, self.body, "", 0)


@dataclass(frozen=True, slots=True)
class Spent:
    """A stack of which no Run is made any more, or that was allowed more again.

    Attributes:
        digest: what it was wanted to be when it had used up its Runs; empty where it has some.
        says: the same for people.
        renewed: from when on Runs count, in UTC.
    """

    digest: str = ""
    says: str = ""
    renewed: str = ""


class MadeRuns:
    """JSON files: `repairs/runs/NAME.json`, and `repairs/spent/STACK.json`.

    Safe to use from every thread. With `read_only` the files stay as they are.
    """

    def __init__(self, state: Path, *, read_only: bool = False) -> None:
        self._runs, self._spent = state / "repairs" / "runs", state / "repairs" / "spent"
        self._read_only = read_only
        self._lock = threading.Lock()
        self._known = {one.key: one for one in _read(self._runs, Made)}
        self._limits = dict(_named(self._spent, Spent))

    def __getitem__(self, key: Key) -> Made | None:
        with self._lock:
            return self._known.get(key)

    def every(self) -> tuple[Made, ...]:
        """Return every Run that was made and not forgotten, oldest first."""
        with self._lock:
            return tuple(sorted(self._known.values(), key=lambda one: (one.at, one.name)))

    def of(self, stack: Key) -> tuple[Made, ...]:
        """Return those of one stack, oldest first."""
        return tuple(one for one in self.every() if one.stack == stack.name)

    def keep(self, one: Made) -> None:
        """Remember a Run; it is durable before anybody sees it."""
        with self._lock:
            self._write(self._runs / f"{one.name}.json", asdict(one))
            self._known[one.key] = one

    def supersede(self, key: Key, why: str) -> None:
        """Give a Run up."""
        if (one := self[key]) is not None and not one.superseded:
            self.keep(replace(one, superseded=why))

    def leave(self, key: Key) -> None:
        """Have a Run forgotten, with all that it has left."""
        if (one := self[key]) is not None and not one.leaving:
            self.keep(replace(one, leaving=True))

    def forget(self, key: Key) -> None:
        """Forget a Run of which nothing is left."""
        with self._lock:
            if self._known.pop(key, None) and not self._read_only:
                remove_file(self._runs / f"{key.name}.json")

    def spent(self, stack: Key) -> Spent:
        """Return whether a stack has used up its Runs."""
        with self._lock:
            return self._limits.get(stack.name, Spent())

    def spend(self, stack: Key, spent: Spent) -> None:
        """Remember that a stack has used up its Runs, or that it may have more."""
        with self._lock:
            self._write(self._spent / f"{stack.name}.json", asdict(spent))
            self._limits[stack.name] = spent

    def _write(self, path: Path, said: dict[str, Any]) -> None:
        if not self._read_only:
            replace_file(path, json.dumps(said, indent=1), mode=0o600)


def _read(folder: Path, kind: type[AnyData]) -> Iterator[AnyData]:
    return (one for _, one in _named(folder, kind))


def _named(folder: Path, kind: type[AnyData]) -> Iterator[tuple[str, AnyData]]:
    """Yield what lies in a folder; what is damaged counts as never made."""
    names = {one.name for one in fields(kind)}
    for path in sorted(folder.glob("*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            yield path.stem, kind(**{name: said[name] for name in names & said.keys()})
        except OSError as error:
            refuse_shortage(error)
        except (ValueError, TypeError, AttributeError):
            continue
