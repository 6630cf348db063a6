"""What keeps the memory.

Refuses to know how it is written.
"""

from typing import Protocol

from trueup.model.key import Key
from trueup.model.status import Status
from trueup.model.work import Artifact


class Records(Protocol):
    """The status files: durable before `write` returns, one writer."""

    def read(self, key: Key) -> Status:
        """Return what is remembered; an empty status where nothing is."""

    def write(self, status: Status) -> None:
        """Remember a status."""

    def forget(self, key: Key) -> None:
        """Remove the status and the artifacts of a resource that is gone."""

    def artifact(self, key: Key, name: str, text: str, *, passing: bool = False) -> Artifact:
        """Keep a file beside the status, cut to the size limit and free of secrets.

        What is `passing` will be more in a moment, and is not published.
        """

    def paper(self, key: Key, name: str) -> str:
        """Return such a file as text; empty where there is none."""

    def discard(self, key: Key, name: str) -> None:
        """Throw such a file away; one that is gone is fine."""

    def known(self) -> tuple[Key, ...]:
        """Return every key that has a status."""

    def mark(self, key: Key) -> str:
        """Return a text that is another one whenever a status was written; empty for none."""
