"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Whether it is well, may become a trouble, or is one."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen, why it matters, what to do about it."""

    check: str
    level: Level
    what: str
    why: str = ""
    fix: str = ""


def well(check: str, what: str) -> Finding:
    """Return a finding of something that is as it should be."""
    return Finding(check, Level.OK, what)


def doubtful(check: str, what: str, why: str, fix: str) -> Finding:
    """Return a finding of something that may become a trouble."""
    return Finding(check, Level.WARN, what, why, fix)


def bad(check: str, what: str, why: str, fix: str) -> Finding:
    """Return a finding of something that keeps Trueup from doing its work."""
    return Finding(check, Level.FAIL, what, why, fix)
