"""Where a patch went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """A commit that is on a branch, and what it is on top of."""

    commit: str
    parent: str
    branch: str
