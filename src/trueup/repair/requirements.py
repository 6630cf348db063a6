"""A requirements file: what it lists, and the smallest change that lists something else.

Every line that is not meant stays as it is, with its comment and its end.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.utils import canonicalize_name

LINE = re.compile(
    r"(?P<before>\s*)(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<extras>\s*\[[^\]]*\])?"
    r"(?P<spec>\s*\(?(?:===?|~=|!=|<=|>=|<|>)[^;#\\@]*?)?(?P<rest>\s*(?:;.*|\s#.*|\\|@.*|--.*)?)$"
)
INCLUDE = re.compile(r"\s*(?:-r|--requirement)[\s=]+(?P<path>[^\s#]+)")
INDEX = re.compile(r"\s*(?:-i|--index-url|--extra-index-url)[\s=]+(?P<url>[^\s#]+)")
PIN = re.compile(r"\s*\(?(?P<operator>===?|~=|>=|<=|<|>|!=)\s*(?P<version>[^\s,;)]+)")
HASH = "--hash="


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line: number from 0, name as written, and what it demands (`==1.2`, or empty)."""

    number: int
    name: str
    spec: str

    @property
    def operator(self) -> str:
        """How it is pinned, such as `==`; empty where it is not."""
        found = PIN.match(self.spec)
        return found["operator"] if found else ""

    @property
    def version(self) -> str:
        """The number that the first condition names; empty where there is none."""
        found = PIN.match(self.spec)
        return found["version"] if found else ""


def listed(text: str) -> tuple[Requirement, ...]:
    """Return every package that a file names itself."""
    return tuple(_listed(text))


def includes(text: str) -> tuple[str, ...]:
    """Return the files that it includes, as written."""
    return tuple(found["path"] for line in text.split("\n") if (found := INCLUDE.match(line)))


def index_urls(text: str) -> tuple[str, ...]:
    """Return the indexes that it names."""
    return tuple(found["url"] for line in text.split("\n") if (found := INDEX.match(line)))


def is_hashed(text: str) -> bool:
    """Say whether its packages are held to hashes, so that nothing can just be added."""
    return HASH in text


def entry(text: str, name: str) -> Requirement | None:
    """Return the line of a package."""
    wanted = canonicalize_name(name)
    return next((one for one in _listed(text) if canonicalize_name(one.name) == wanted), None)


def added(text: str, name: str, version: str) -> str:
    """Return the file with a package more, pinned as its neighbours are, at its place."""
    every = listed(text)
    line = f"{name}{style(every)}{version}" if style(every) else name
    lines = text.split("\n")
    ending = "\r" if "\r\n" in text else ""
    at = _place(every, name)
    if at is None:
        return _at_the_end(text, line, ending)
    if at == len(lines):  # after a last line that has no end
        return f"{text}\n{line}"
    return "\n".join([*lines[:at], line + ending, *lines[at:]])


def repinned(text: str, name: str, version: str) -> str | None:
    """Return the file with another version of a package; None where it has no such line."""
    if (one := entry(text, name)) is None:
        return None
    lines = text.split("\n")
    found = _match(lines[one.number])
    if found is None:
        return None
    operator = one.operator if one.operator in {"==", "===", "~="} else "=="
    spec, tail = found["spec"] or "", found["rest"] or ""
    blanks = re.match(r"\s*", spec)
    gap = " " if re.match(r"\s*[=~<>!]+\s", spec) else ""
    head = f"{found['before']}{found['name']}{found['extras'] or ''}{blanks[0] if blanks else ''}"
    ending = "\r" if lines[one.number].endswith("\r") else ""
    lines[one.number] = f"{head}{operator}{gap}{version}{tail.rstrip(chr(13))}{ending}"
    return "\n".join(lines)


def rehashed(text: str, name: str, hashes: Iterable[str]) -> str | None:
    """Return the file with other hashes for a package; None where it has none there."""
    if (one := entry(text, name)) is None:
        return None
    lines = text.split("\n")
    end = one.number
    while end < len(lines) - 1 and lines[end].rstrip().endswith("\\"):
        end += 1
    block = lines[one.number : end + 1]
    indents = [line[: line.index(HASH)] for line in block[1:] if line.lstrip().startswith(HASH)]
    if not indents:
        return None
    new = [f"{indents[0]}{HASH}sha256:{of} \\" for of in hashes]
    new[-1] = new[-1].removesuffix(" \\")
    kept = [line for line in block[1:] if not line.lstrip().startswith(HASH)]
    return "\n".join([*lines[: one.number], block[0], *new, *kept, *lines[end + 1 :]])


def style(every: tuple[Requirement, ...]) -> str:
    """Return how most of the packages are pinned; `==` where there is none to go by."""
    if not every:
        return "=="
    operators = [one.operator for one in every]
    usual = max(("==", "~=", ">=", ""), key=operators.count)
    return usual if operators.count(usual) else "=="


def _listed(text: str) -> Iterator[Requirement]:
    for number, line in enumerate(text.split("\n")):
        if found := _match(line):
            yield Requirement(number, found["name"], (found["spec"] or "").strip())


def _match(line: str) -> re.Match[str] | None:
    line = line.rstrip("\r")
    # A path or an address of a package is no name.
    if len(line) > 500 or re.match(r"\s*(?:-|#|\.|/|\w+\+|https?:)", line):  # noqa: PLR2004
        return None
    return LINE.match(line)


def _place(every: tuple[Requirement, ...], name: str) -> int | None:
    """Return the line before which a package belongs; None for the end of the file."""
    names = [canonicalize_name(one.name) for one in every]
    if len(names) < 2 or names != sorted(names):  # noqa: PLR2004 - one is always sorted
        return None
    later = [one for one, at in zip(every, names, strict=True) if at > canonicalize_name(name)]
    return later[0].number if later else every[-1].number + 1


def _at_the_end(text: str, line: str, ending: str) -> str:
    if not text or text.endswith("\n"):
        return f"{text}{line}{ending}\n"
    return f"{text}{ending}\n{line}"
