"""What keeps a source from having things removed: its guard, protected services, held removals."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from trueup.app.glance import Glance
from trueup.kinds import STANDING
from trueup.model.container import Container
from trueup.model.guard import Guard
from trueup.model.key import Key


def guarded(guard: Guard) -> str:
    """Return what a source may not do by itself."""
    share = f"more than {guard.removal:.0%} of its stacks at once"
    last = "" if guard.allow_empty else ", or the last one,"
    only = f"; protected: {', '.join(guard.protected)}" if guard.protected else ""
    return f"removing {share}{last} waits for a confirmation{only}"


def shields(seen: Glance, key: Key, found: Iterable[Container]) -> str:
    """Return what keeps one stack as it is: its protected services, and a removal that waits."""
    resource = seen.site.wishes[key]
    if resource is None:
        return ""
    names = sorted({one.service for one in found})
    patterns = STANDING[key.kind].terms(resource.spec).protected
    shielded = [
        n for n in names if _fits(n, patterns) or _fits(f"{key.name}/{n}", resource.guarded)
    ]
    return "; ".join(_words(shielded, resource.held))


def _words(shielded: Iterable[str], held: str) -> Iterator[str]:
    if names := ", ".join(shielded):
        yield f"{names} only with an approval"
    if held:
        yield "its removal is held"


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, one) for one in patterns)
