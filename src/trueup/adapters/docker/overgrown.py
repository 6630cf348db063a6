"""Whether a YAML file is built to choke whoever reads it: too deep, or huge once unfolded.

Counts while it parses, event by event, and so never builds what it warns of: a parser that
builds thousands of nested lists ends the whole process, and aliases of aliases make a
screenful mean a billion values.
"""

from typing import Any

import yaml

DEEPEST = 200
MOST = 1_000_000


def overgrown(text: str) -> str:
    """Return what is too much about a file; empty where nothing is.

    Raises:
        yaml.YAMLError: it is no YAML at all.
    """
    count = _Count()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if why := count.add(event):
            return why
    return ""


class _Count:
    """Values so far, in all and by anchor; an alias counts as much as what it stands for."""

    def __init__(self) -> None:
        self.values = 0
        self.open: list[tuple[str | None, int]] = []
        self.sizes: dict[str, int] = {}

    def add(self, event: Any) -> str:
        match event:
            case yaml.AliasEvent():
                self.values += self.sizes.get(str(event.anchor), 1)
            case yaml.CollectionStartEvent():
                self.open.append((event.anchor, self.values))
                self.values += 1
            case yaml.CollectionEndEvent():
                self._close()
            case yaml.ScalarEvent():
                self.values += 1
            case _:
                pass
        if len(self.open) > DEEPEST:
            return f"is nested more than {DEEPEST} levels deep"
        return f"means more than {MOST:,} values" if self.values > MOST else ""

    def _close(self) -> None:
        anchor, before = self.open.pop()
        if anchor is not None:
            self.sizes[anchor] = self.values - before
