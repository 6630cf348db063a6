"""Whether what a source no longer says may be removed, or waits for a person. Pure.

Only what always is counts: work that comes to an end may be deleted once it has. Knows nothing
of where confirmations come from.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from trueup.kinds import STANDING
from trueup.model.guard import Guard
from trueup.model.key import Key
from trueup.model.release import commit

NAMED = 5


@dataclass(frozen=True, slots=True)
class Removal:
    """What a source says no more at one revision.

    Attributes:
        had: everything that it said before, and that was not removed yet.
        gone: what of that it no longer says.
        stays: how many stacks it says now.
        agreed: what of `gone` may go: somebody confirmed it, or it was let through before.
        accident: why there is nothing at all, where that looks like no wish of anybody.
        waited: what was held before this revision.
    """

    source: str
    revision: str
    had: frozenset[Key]
    gone: frozenset[Key]
    stays: int
    agreed: frozenset[Key] = frozenset()
    accident: str = ""
    waited: frozenset[Key] = frozenset()

    @property
    def still(self) -> frozenset[Key]:
        """What was held before, and is neither back nor agreed to."""
        return self.waited & self.waiting

    @property
    def waiting(self) -> frozenset[Key]:
        """What nobody has agreed to so far: stacks, and by accident all that there is."""
        left = self.gone - self.agreed
        return left if self.accident else standing(left)

    @property
    def name(self) -> str:
        """The revision as a person names it."""
        return commit(self.revision) or self.revision


@dataclass(frozen=True, slots=True)
class Held:
    """Removals that wait for a person, and why."""

    source: str = ""
    revision: str = ""
    keys: frozenset[Key] = field(default_factory=frozenset)
    why: str = ""


def held(removal: Removal, guard: Guard) -> Held:
    """Return what must not be removed yet: all that nobody agreed to, or nothing."""
    waiting, why = removal.waiting, _reason(removal, guard)
    if waiting and not why and not (guard.allow_empty and guard.removal >= 1):
        # One document that comes back is no agreement to the removal of the others.
        waiting, why = removal.still, f"{_named(removal.still)} would go, as it was held before"
    if not waiting or not why:
        return Held()
    how = (
        f"It stays until the document is back, or until `trueup confirm {removal.source}"
        f" --revision {removal.name}`, or a committed file with confirm.removals, says so"
    )
    return Held(removal.source, removal.revision, waiting, f"{why}. {how}.")


def standing(keys: Collection[Key]) -> frozenset[Key]:
    """Return those that always are."""
    return frozenset(key for key in keys if key.kind in STANDING)


def _reason(removal: Removal, guard: Guard) -> str:
    waiting, source = removal.waiting, removal.source
    if removal.accident:
        return f"{removal.accident}, so source {source} would lose {_named(waiting)}"
    if not removal.stays:
        what = f"{removal.name} leaves source {source} with nothing: {_named(waiting)}"
        return "" if guard.allow_empty else what
    before = len(standing(removal.had - removal.agreed))
    if len(waiting) <= guard.removal * before:
        return ""
    return (
        f"{removal.name} removes {len(waiting)} of {before} of source {source}: {_named(waiting)}"
    )


def _named(keys: Collection[Key]) -> str:
    names = [str(key) for key in sorted(keys)]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
