"""Words on the screen: plain where they go to a file or a program, coloured on a terminal.

The text is the same in both, so that what a person reads is what a script gets; only what is too
long for a line of a table is cut on a terminal.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from trueup.model.redaction import mask
from trueup.report.align import aligned
from trueup.report.printable import printable

STYLES = {"good": "green", "busy": "yellow", "bad": "red", "dim": "dim", "head": "bold"}
COLOURED = [
    r"^(?P<head>[A-Z][A-Z ]+)$",
    r"^(?P<good>\+.*)$",
    r"^(?P<bad>-.*)$",
    r"\b(?P<good>Synced|Healthy|True|InSync|Verified|Applied|Healed|ready)\b",
    r"\b(?P<busy>OutOfSync|Progressing|Unverified|Unknown|Drifted|Absent|Held|Suspended|Waiting)\b",
    r"\b(?P<bad>Degraded|Missing|False|Blocked|Stalled|Failed|RolledBack|InvalidDocument)\b",
    r"(?P<dim>(cause: .*|\[undo: .*\]))",
]


LINE = 100
"""How long a message in a table may be on a terminal."""


def room() -> int | None:
    """Return how long a message in a table may be; None where nothing is cut."""
    return LINE if sys.stdout.isatty() else None


def say(text: str) -> None:
    """Write text to standard output; a line end is added where there is none."""
    text = printable(mask(text)).rstrip("\n")
    if sys.stdout.isatty():
        _console(stderr=False).print(text, soft_wrap=True, markup=False, emoji=False)
    else:
        print(text)


def warn(text: str) -> None:
    """Write a line for people to standard error."""
    print(printable(mask(text)), file=sys.stderr, flush=True)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows under their headings."""
    say("\n".join(aligned([header, *rows])))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is going on: a moving line, or else a line each."""
    if not sys.stderr.isatty():
        yield warn
        return
    with _console(stderr=True).status("…") as moving:
        yield lambda text: moving.update(_plain(mask(text)))


@cache
def _console(*, stderr: bool) -> Any:
    from rich.console import Console
    from rich.highlighter import RegexHighlighter
    from rich.theme import Theme

    class Words(RegexHighlighter):
        """The words that stand for how things are."""

        base_style = "trueup."
        highlights = COLOURED

    theme = Theme({f"trueup.{name}": style for name, style in STYLES.items()})
    return Console(stderr=stderr, theme=theme, highlighter=Words())


def _plain(text: str) -> Any:
    from rich.text import Text

    return Text(printable(text))
