"""What a package that is gone is called today, by what the index of the distribution has.

Derived from the index: who stands for the name, the same name with another number, the spelling
of today. A name that only looks alike is told to people and never put in.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from trueup.model.system import Distribution
from trueup.repair.known_packages import RENAMED

NUMBER = re.compile(r"\d+(?:\.\d+)*")
AT_THE_END = re.compile(r"-?\d+(?:\.\d+)*$")
INTERPRETER = re.compile(r"(?:lib)?(?:python|ruby|perl|lua|ghc)[\d.]+.*")
SPELLINGS = (
    (re.compile(r"^python-(?=.)"), "python3-"),
    (re.compile(r"^py2?-(?=.)"), "py3-"),
    (re.compile(r"^libpython-"), "libpython3-"),
    (re.compile(r"^ttf-(.+)$"), r"fonts-\1-ttf"),
    (re.compile(r"^ttf-(.+)$"), r"fonts-\1"),
    (re.compile(r"^ttf-(.+)$"), r"font-\1"),
    (re.compile(r"^(lib.+\d)$"), r"\1t64"),
    (re.compile(r"^(lib.+)t64$"), r"\1"),
    (re.compile(r"^(lib.+)-devel$"), r"\1-dev"),
    (re.compile(r"^(.+)-devel$"), r"lib\1-dev"),
)


def today(name: str, system: Distribution) -> str | None:
    """Return what takes the place of a package; None where nothing surely does."""
    return next((one for one in _candidates(name, system) if system.package(one)), None)


def alike(name: str, system: Distribution) -> tuple[str, ...]:
    """Return names that look like this one, for a person."""
    near = sorted(one for one in system.names() if one[:2] == name[:2])
    return tuple(get_close_matches(name, near, n=3, cutoff=0.8))


def _candidates(name: str, system: Distribution) -> Iterator[str]:
    yield from RENAMED.get(name, ())
    standing = system.standing_for(name)
    if len(standing) == 1:
        yield standing[0].name
    for pattern, spelled in SPELLINGS:
        if pattern.search(name):
            yield pattern.sub(spelled, name)
    if not INTERPRETER.fullmatch(name):  # another interpreter is another program
        yield from _other_number(name, system)
        bare = AT_THE_END.sub("", name)
        yield from (*RENAMED.get(bare, ()), bare)


def _other_number(name: str, system: Distribution) -> Iterator[str]:
    """Yield the same name with another last number: none for development, else the newest."""
    numbers = [*NUMBER.finditer(name)]
    if not numbers:
        return
    before, after = name[: numbers[-1].start()], name[numbers[-1].end() :]
    pattern = re.compile(rf"{re.escape(before)}(\d+(?:\.\d+)*)?{re.escape(after)}")
    found = [match for one in system.names() if (match := pattern.fullmatch(one))]
    if name.endswith("-dev"):
        yield from (one[0] for one in found if not one[1])
    yield from (one[0] for one in sorted(found, key=_size, reverse=True)[:1])


def _size(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part) for part in (match[1] or "0").split("."))
