"""The last good version of every document, so that a bad edit or a restart loses nothing."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters.disk.records import replace_file
from trueup.model.key import Key
from trueup.model.shortage import refuse_shortage

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A document as it was last in force, and where it stood."""

    body: Body
    file: str
    source: str
    origin: str


class LastGood:
    """Documents that were valid, as JSON files `documents/Kind/name.json`.

    With `read_only` the files stay as they are, and only this process knows more.
    """

    def __init__(self, state: Path, *, read_only: bool = False) -> None:
        self._directory, self._read_only = state / "documents", read_only
        self._known: dict[Key, Remembered] = {}
        self._load()

    def __getitem__(self, key: Key) -> Remembered | None:
        return self._known.get(key)

    def keep(self, key: Key, one: Remembered) -> None:
        """Remember a document that is in force now."""
        if self._known.get(key) == one:
            return
        if not self._read_only:
            said = {"body": one.body, "file": one.file, "source": one.source, "origin": one.origin}
            text = json.dumps(said, indent=1)
            replace_file(self._path(key), text, durable=False, mode=0o600)
        self._known[key] = one

    def forget(self, key: Key) -> None:
        """Forget a document whose resource is gone."""
        self._known.pop(key, None)
        if not self._read_only:
            self._path(key).unlink(missing_ok=True)

    def of(self, source: str) -> tuple[Key, ...]:
        """Return every key that a source has said something about."""
        return tuple(key for key, one in self._known.items() if one.source == source)

    def _path(self, key: Key) -> Path:
        return self._directory / key.kind / f"{key.name}.json"

    def _load(self) -> None:
        for path in sorted(self._directory.glob("*/*.json")):
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
                one = Remembered(said["body"], said["file"], said["source"], said["origin"])
            except OSError as error:
                refuse_shortage(error)
                continue
            except (ValueError, KeyError, TypeError):
                continue  # the document itself is read again from its source
            self._known[Key(path.parent.name, path.stem)] = one
