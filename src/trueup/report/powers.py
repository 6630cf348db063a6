"""What a process could destroy, for people. Pure."""

from collections.abc import Iterator

from trueup.model.guard import Guard
from trueup.model.powers import Powers, Reach

NEVER = "never removed: volumes, folders, and whatever carries no label of this Trueup"


def powers_text(powers: Powers) -> str:
    """Return what could be removed, by source, and what keeps it from being removed."""
    return "\n".join(_lines(powers)) + "\n"


def _lines(powers: Powers) -> Iterator[str]:
    for name, guard in powers.guards.items():
        yield f"source {name}: {_guarded(guard)}"
        for one in powers.reaches:
            if one.source == name:
                yield from _reach(one)
    if powers.strays:
        yield f"left alone, for no document is known of them: {', '.join(powers.strays)}"
    yield NEVER


def _guarded(guard: Guard) -> str:
    share = f"more than {guard.removal:.0%} of its stacks at once waits for a confirmation"
    last = "" if guard.allow_empty else ", and so does the last one"
    only = f"; protected: {', '.join(guard.protected)}" if guard.protected else ""
    return f"removing {share}{last}{only}"


def _reach(one: Reach) -> Iterator[str]:
    stays = ", its containers stay when its document goes" if one.kept else ""
    held = ", its removal is held" if one.held else ""
    yield f"  {one.key} (project {one.project}){stays}{held}"
    rows = (
        ("containers", one.containers),
        ("networks", one.networks),
        ("tags of images", one.images),
        ("only with an approval", one.protected),
    )
    yield from (f"    {title}: {', '.join(names)}" for title, names in rows if names)
