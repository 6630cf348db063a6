"""A SOPS file in YAML as leaves in their order.

Read from events, not as values: nothing is nested too deeply for that, and a scalar keeps
its spelling, which decides what the MAC covers. SOPS writes no aliases, so none is taken.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import yaml

from trueup.adapters.secrets.sealed import DEEPEST, Leaf, Place, UnreadableError
from trueup.adapters.secrets.sops_json import number

NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
TRUE, FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
WHOLE = re.compile(r"[-+]?(?:0[xob]?[0-9a-fA-F_]+|[0-9][0-9_]*)\Z")
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\Z")


@dataclass(slots=True)
class _Open:
    """A mapping (whose next key is `key`) or a list (whose next item is `item`)."""

    place: Place
    is_map: bool
    key: str | None = None
    item: int = 0

    def below(self) -> Place:
        """Return the place of the value that comes now."""
        if not self.is_map:
            self.item += 1
            return (*self.place, self.item - 1)
        key, self.key = self.key, None
        if key is None:
            raise UnreadableError("a key is not text")
        return (*self.place, key)


def leaves(text: str) -> Iterator[Leaf]:
    """Yield every value of every document.

    Raises:
        UnreadableError: it is not YAML, says something twice, or has aliases.
    """
    seen: set[Place] = set()
    try:
        for one in _walk(text):
            if one.place in seen:
                raise UnreadableError("it has a key twice, or several documents have it")
            seen.add(one.place)
            yield one
    except yaml.YAMLError as error:
        raise UnreadableError("it is not correct YAML") from error


def _walk(text: str) -> Iterator[Leaf]:
    waiting: list[_Open] = []
    for event in yaml.parse(text, yaml.CSafeLoader):
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                place = waiting[-1].below() if waiting else ()
                waiting.append(_Open(place, isinstance(event, yaml.MappingStartEvent)))
                if len(waiting) > DEEPEST:
                    raise UnreadableError(f"it is nested more than {DEEPEST} deep")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                waiting.pop()
            case yaml.ScalarEvent() if waiting:
                yield from _scalar(event, waiting[-1])
            case yaml.AliasEvent() | yaml.ScalarEvent():
                raise UnreadableError("it has aliases, or is one value")
            case _:
                continue


def _scalar(event: yaml.ScalarEvent, around: _Open) -> Iterator[Leaf]:
    if around.is_map and around.key is None:
        around.key = str(event.value)
        return
    place, quoted = around.below(), not event.implicit[0]
    if place[0] == "sops" or quoted:
        yield Leaf(place, event.value, event.value.encode())
    elif not NULL.match(event.value):
        yield Leaf(place, event.value, _plain(event.value).encode())


def _plain(said: str) -> str:
    """Return what SOPS takes the MAC of for a scalar without quotes."""
    if said in TRUE | FALSE:
        return str(said in TRUE)
    with suppress(ValueError):
        if WHOLE.match(said):
            return str(_whole(said.replace("_", "")))
        if DECIMAL.match(said):
            return number(float(said.replace("_", "")))
        if DAY.match(said):
            return f"{date(*map(int, said.split('-'))).isoformat()}T00:00:00Z"
    return said


def _whole(said: str) -> int:
    digits = said.lstrip("+-")
    old_octal = digits != "0" and re.match("0[0-7]+$", digits)
    return int(said, 8) if old_octal else int(said, 0)
