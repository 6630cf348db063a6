"""What people decided on this host about plans that ask for it.

One small file per resource under the state directory, written by the command line and
read by the running process, which puts on record in the status what it acts on.
"""

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import remove_file, replace_file
from trueup.adapters.disk.stamps import stamps_below
from trueup.model.consent import Approval
from trueup.model.key import Key

KEPT = 10


class Decisions:
    """Decisions as JSON files `decisions/Kind/name.json`, the latest last."""

    def __init__(self, state: Path) -> None:
        self._directory = state / "decisions"

    def read(self, key: Key) -> tuple[Approval, ...]:
        """Return what was decided about a resource; nothing where the file is damaged."""
        try:
            said = json.loads(self._path(key).read_text(encoding="utf-8"))
            return tuple(_approval(one) for one in said)
        except (OSError, ValueError, TypeError, AttributeError):
            return ()

    def add(self, key: Key, one: Approval) -> None:
        """Put a decision on record."""
        every = [asdict(known) for known in (*self.read(key), one)]
        replace_file(self._path(key), json.dumps(every[-KEPT:]))

    def forget(self, key: Key) -> None:
        """Forget what was decided about a resource that is gone."""
        remove_file(self._path(key))

    def stamps(self) -> dict[Key, float]:
        """Return when each file was written, to notice new decisions cheaply."""
        found = stamps_below(self._directory)
        return {Key(kind, name): written for (kind, name), written in found.items()}

    def _path(self, key: Key) -> Path:
        return self._directory / key.kind / f"{key.name}.json"


def _approval(said: Any) -> Approval:
    return Approval(**{one.name: str(said.get(one.name, "")) for one in fields(Approval)})
