"""What another version of compose makes of the same files, taken back to what it was. Pure.

A newer compose may add a default to its answer, or write a value in another way. Where the
files are the same as before, that is no change that anybody asked for, and no container is
to be replaced because of it. So the differences are kept, place by place, as a baseline,
and taken back in every later answer, until the value there is another one.

Knows JSON values and nothing of compose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]

DEPTH = 3
"""Below `services.web`, where the fields are."""


@dataclass(frozen=True, slots=True)
class Shift:
    """At a place, what was `old` for one version is `new` for another.

    Each is a list of one value, or of none where nothing stands there.
    """

    path: Path
    old: tuple[Any, ...]
    new: tuple[Any, ...]


def shifts(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Shift, ...]:
    """Return what differs between two answers to the same question, as small as it is.

    Whole services, networks and the like that only one of them has are left out: whether
    those are wanted is for the files to say.
    """
    return tuple(one for one in _shifts((), old, new) if len(one.path) >= DEPTH)


def taken_back(model: Mapping[str, Any], known: Sequence[Shift]) -> dict[str, Any]:
    """Return an answer with every known difference taken back, where it stands unchanged."""
    found = dict(model)
    for shift in known:
        _take_back(found, shift.path, shift)
    return found


def as_plain(known: Sequence[Shift]) -> list[list[Any]]:
    """Return a baseline as JSON can hold it."""
    return [[list(one.path), list(one.old), list(one.new)] for one in known]


def from_plain(said: Any) -> tuple[Shift, ...]:
    """Return the baseline that plain values stand for; none where they are something else."""
    try:
        return tuple(Shift(tuple(path), tuple(old), tuple(new)) for path, old, new in said)
    except (TypeError, ValueError):
        return ()


def _shifts(path: Path, old: Any, new: Any) -> Iterator[Shift]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted(old.keys() | new.keys()):
            yield from _entry((*path, name), old, new, name)
    elif old != new:
        yield Shift(path, (old,), (new,))


def _entry(
    path: Path, old: Mapping[str, Any], new: Mapping[str, Any], name: str
) -> Iterator[Shift]:
    if name not in old:
        yield Shift(path, (), (new[name],))
    elif name not in new:
        yield Shift(path, (old[name],), ())
    else:
        yield from _shifts(path, old[name], new[name])


def _take_back(place: dict[str, Any], path: Path, shift: Shift) -> None:
    """Change one entry below a mapping; the mappings on the way are copied first."""
    name, *rest = path
    if rest:
        inner = place.get(name)
        if isinstance(inner, Mapping):
            place[name] = dict(inner)
            _take_back(place[name], tuple(rest), shift)
        return
    stands = (place[name],) if name in place else ()
    if stands != shift.new:
        return
    if shift.old:
        place[name] = shift.old[0]
    else:
        place.pop(name, None)
