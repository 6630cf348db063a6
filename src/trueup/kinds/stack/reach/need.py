"""One thing that a service reaches for, and whether a rule of this host allows it. Pure."""

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from trueup.model.allowance import Allowance
from trueup.model.spelled import spelled

PATHS = frozenset({"mounts", "files", "devices"})
READ_ONLY = ":ro"
NEVER = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What is reached for at one place of the model.

    `word` is the field of a rule that can allow it, `value` what must be in that field;
    an empty word is allowed by nothing. `service` is empty for what several may share.
    """

    service: str
    place: str
    why: str
    word: str
    value: str = "true"
    read_only: bool = False

    def __str__(self) -> str:
        return spelled(f"{self.place} {self.why}")


def allowed(need: Need, rules: Iterable[Allowance], real: Callable[[str], str]) -> bool:
    """Whether a rule allows what is needed. The rules are those for the stack."""
    return any(
        _fits(need, value, real)
        for rule in rules
        if any(fnmatchcase(need.service, one) for one in rule.services)
        for value in rule.grants.get(need.word, ())
    )


def _fits(need: Need, value: str, real: Callable[[str], str]) -> bool:
    if need.word not in PATHS:
        return fnmatchcase(need.value.lower(), value.lower())
    path = value.removesuffix(READ_ONLY)
    if path != value and not need.read_only:
        return False
    if not path.startswith("/"):
        return path == need.value
    return _covers(path, need.value) or _covers(real(path), need.value)


def _covers(pattern: str, path: str) -> bool:
    """Whether a path is what a pattern names, or lies below it. `*` stays within one name."""
    names = [one for one in posixpath.normpath(path).split("/") if one]
    patterns = [one for one in posixpath.normpath(pattern).split("/") if one]
    return len(patterns) <= len(names) and all(map(fnmatchcase, names, patterns))
