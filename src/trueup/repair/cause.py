"""What one class of errors looks like in a log, and how to look for many of them quickly.

A line is looked at only where it holds the needle, so that a log of many megabytes takes no
time, and no pattern ever sees more than one line of limited length.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from trueup.model.repair import Diagnosis
from trueup.repair.logs import LogText
from trueup.repair.signature import signature_of

MOST = 50
ANYWHERE = re.compile("")


@dataclass(frozen=True, slots=True)
class Cause:
    """A class of errors.

    Attributes:
        name: what the diagnosis says, and the rule is called.
        needle: a text that every such line has.
        pattern: finds it in a line; the group `subject`, if any, is what it is about.
        says: a sentence, with the pattern's groups in braces.
        confidence: from 0 to 1, how sure it is that this is what has to be mended.
        transient: whether it may pass by itself.
        stage: what the failed instruction must look like; it is empty outside a build.
    """

    name: str
    needle: str
    pattern: re.Pattern[str]
    says: str
    confidence: float
    transient: bool = False
    stage: re.Pattern[str] = ANYWHERE


class Found(NamedTuple):
    """A diagnosis, and the number of the line that shows it, from 0."""

    number: int
    diagnosis: Diagnosis


def find(log: LogText, causes: Iterable[Cause]) -> Iterator[Found]:
    """Yield a diagnosis for each line that shows one of the causes, the last ones of each."""
    for cause in causes:
        if not cause.stage.search(log.stage):
            continue
        for number in _lines_with(log, cause.needle):
            if found := cause.pattern.search(log.lines[number]):
                yield Found(number, diagnosed(log, cause, found))


def diagnosed(log: LogText, cause: Cause, found: re.Match[str]) -> Diagnosis:
    """Return what a line says."""
    groups = {name: value or "" for name, value in found.groupdict().items()}
    subject, line = groups.get("subject", ""), found.string.strip()
    return Diagnosis(
        cause=cause.name,
        subject=subject,
        says=cause.says.format(**groups),
        confidence=cause.confidence,
        line=line,
        signature=signature_of(cause.name, subject, line),
        stage=log.stage,
        transient=cause.transient,
    )


def _lines_with(log: LogText, needle: str) -> Iterator[int]:
    """Yield the numbers of the last lines that hold a needle, latest first."""
    end = len(log.text)
    for _ in range(MOST):
        if (at := log.text.rfind(needle, 0, end)) < 0:
            return
        number = bisect_right(log.starts, at) - 1
        yield number
        end = log.starts[number]
