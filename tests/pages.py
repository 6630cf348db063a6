"""The Markdown pages of the project: their blocks, and the commands that they show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".v") or part == "node_modules" for part in page.parts)
)
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(trueup [^`]*)`")


def blocks(page: Path, language: str) -> list[str]:
    """Return the blocks of a page in a language; an empty one for those without."""
    return [text for said, text in BLOCK.findall(page.read_text()) if said == language]


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of each `trueup` command that a page shows."""
    lines = [line.strip() for text in blocks(page, "sh") for line in text.splitlines()]
    for line in [*lines, *INLINE.findall(page.read_text())]:
        words = shlex.split(line, comments=True)
        while words and "=" in words[0]:
            words = words[1:]
        if words and words[0] == "trueup":
            yield words[1:]
