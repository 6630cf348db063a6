"""A name that was meant by a misspelled one."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

LIKE = 0.75
SHORTEST = 4


def similar(wrong: str, names: Iterable[str]) -> str:
    """Return the one name that is much like a wrong one; empty where none or several are."""
    others = {name for name in names if name.lower() != wrong.lower()}
    found = get_close_matches(wrong.lower(), [name.lower() for name in others], 2, LIKE)
    found = found or [name.lower() for name in others if _within(name.lower(), wrong.lower())]
    if not found or (len(found) > 1 and _as_like(wrong, found)):
        return ""
    return next(name for name in others if name.lower() == found[0])


def _within(name: str, wrong: str) -> bool:
    """Say whether one name is a word of the other, as in `python-requests`."""
    short, long = sorted((name, wrong), key=len)
    return len(short) >= SHORTEST and bool(
        re.search(rf"(?<![a-z0-9]){re.escape(short)}(?![a-z0-9])", long)
    )


def _as_like(wrong: str, found: list[str]) -> bool:
    """Say whether the second is just as like, so that nobody can tell which was meant."""
    first, second = (len(set(wrong.lower()) ^ set(name)) for name in found)
    return first == second and len(found[0]) == len(found[1])
