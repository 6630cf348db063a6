"""A SOPS file as dotenv or INI, as leaves in their order. Metadata is flat in both."""

import re
from collections.abc import Iterator

from trueup.adapters.secrets.sealed import Leaf, Place, UnreadableError

PREFIX = "sops_"
PART = re.compile(r"__(map|list)_")
QUOTES = ('"""', "`", '"', "'")


def dotenv(text: str) -> Iterator[Leaf]:
    """Yield every variable.

    Raises:
        UnreadableError: a line is not NAME=VALUE.
    """
    seen: set[str] = set()
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            if not equals or name in seen:
                raise UnreadableError("a line is not NAME=VALUE, or a name is there twice")
            seen.add(name)
            if name.startswith(PREFIX):
                yield _about(name.removeprefix(PREFIX), value)
            else:
                plain = value.replace("\\n", "\n")
                yield Leaf((name,), plain, plain.encode())


def ini(text: str) -> Iterator[Leaf]:
    """Yield every key of every section; a section is the first part of its place.

    Raises:
        UnreadableError: a line is neither a section nor KEY = VALUE, or one is there twice.
    """
    section, seen = "DEFAULT", set[Place]()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif line and line[0] not in "#;":
            name, equals, value = _pair(line)
            if not equals or (section, name) in seen:
                raise UnreadableError("a line is not KEY = VALUE, or a key is there twice")
            seen.add((section, name))
            if section == "sops":
                yield _about(name, value)
            else:
                yield Leaf((section, name), value, value.encode())


def _pair(line: str) -> tuple[str, str, str]:
    for quote in QUOTES[:3]:
        if line.startswith(quote):
            name, _, rest = line[len(quote) :].partition(quote)
            return name, *_value(rest.lstrip())
    found = re.search("[=:]", line)
    name = line[: found.start()] if found else line
    return name.strip(), *_value(line[len(name) :])


def _value(rest: str) -> tuple[str, str]:
    value = rest[1:].strip()
    for quote in QUOTES:
        if value.startswith(quote) and value.endswith(quote) and len(value) >= 2 * len(quote):
            return rest[:1], value[len(quote) : -len(quote)]
    return rest[:1], value


def _about(name: str, value: str) -> Leaf:
    """Return a field of the metadata: `age__list_0__map_enc` is `enc` of the first of `age`."""
    first, *rest = PART.split(name)
    place: list[str | int] = ["sops", first]
    for kind, part in zip(rest[::2], rest[1::2], strict=True):
        place.append(int(part) if kind == "list" and part.isdecimal() else part)
    return Leaf(tuple(place), value.replace("\\n", "\n"))
