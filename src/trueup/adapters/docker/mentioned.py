"""Which variables a file may be about, told by its bytes alone.

Names more of them rather than fewer: one too many costs a needless resolution where two
environments differ, one too few would hide that they mean two things.
"""

import re
from collections.abc import Iterable
from pathlib import Path

HOME = "HOME"
ESCAPED = re.compile(rb"\\(?:[xuU0-7]|\r?\n)")
"""What YAML can write a name with so that it does not stand there."""


def mentioned(names: Iterable[str], files: Iterable[str]) -> tuple[str, ...]:
    """Return the names that any of the files may mention; absent files mention none."""
    names, found = sorted(names), set[str]()
    for content in map(_content, files):
        found |= {name for name in names if name.encode() in content}
        if b"~" in content:
            found.add(HOME)
        if ESCAPED.search(content):
            return tuple(names)
    return tuple(name for name in names if name in found)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
