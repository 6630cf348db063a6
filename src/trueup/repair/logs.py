"""A log as it was written → its lines without what terminals, BuildKit and Compose add.

Knows no error: what a line means is for `causes`.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

LONGEST_LINE = 2000
HEAD, TAIL = 1_000_000, 3_000_000
MOST = 100_000  # lines
EXCERPT, LAST = 10_000, 5000

ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)?|[@-Z\\-_])"
)
BUILDKIT = re.compile(r"#\d{1,5} (?:\d{1,7}\.\d{1,3} )?")
STEP_TIME = re.compile(r"\d{1,7}\.\d{2,3} (?=\S)")
COMPOSE = re.compile(r"[A-Za-z0-9][\w.-]{0,100}? {1,40}\| ")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d) ")
ERROR = re.compile(
    r"(?i)\berror\b|\bfatal\b|exception|traceback|not found|cannot find|no such|denied"
    r"|npm err|unable to|failed|command not found"
)

FAILED_STEP = re.compile(r"> \[[^\]]{1,200}\] (?P<act>.{1,1900}):$")
SHOWN_STEP = re.compile(r" {0,6}\d{1,5} \| >>> (?P<act>.{1,1900})$")
PROCESS = re.compile(
    r"(?:process|command) [\"'](?:/bin/(?:ba|a)?sh -(?:o pipefail -)?c )?(?P<act>.{1,1800})[\"'] "
    r"(?:did not complete successfully|returned a non-zero code)"
)
STEP = re.compile(r"(?:Step \d+/\d+ : |STEP \d+/\d+: )(?P<act>.{1,1900})$")


@dataclass(frozen=True)
class LogText:
    """A log to look into.

    Attributes:
        lines: what was written, clean; at most the first and the last few megabytes.
        stage: the instruction of the Dockerfile that failed; empty outside a build.
    """

    lines: tuple[str, ...]
    stage: str

    @cached_property
    def text(self) -> str:
        """All lines, each with its end."""
        return "".join(f"{line}\n" for line in self.lines)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each line begins in the text."""
        return tuple(accumulate((len(line) + 1 for line in self.lines), initial=0))


def read(raw: str) -> LogText:
    """Return a log without what was added on the way here."""
    lines = tuple(map(_clean, _fewer(_shortened(raw).split("\n"))))
    return LogText(lines, _stage(lines))


def excerpt(log: LogText) -> str:
    """Return the lines around the first error, and the end; 10,000 characters at most."""
    text = log.text
    if len(text) <= EXCERPT:
        return text
    end, room = text[-LAST:], EXCERPT - LAST - len("…\n") * 2
    begin = len("".join(f"{line}\n" for line in log.lines[: _first_error(log.lines)]))
    begin = min(begin, len(text) - LAST)
    return f"{text[begin : min(begin + room, len(text) - LAST)]}…\n{end}"


def _first_error(lines: tuple[str, ...]) -> int:
    found = (number for number, line in enumerate(lines) if ERROR.search(line))
    return max(0, next(found, 0) - 3)


def _shortened(raw: str) -> str:
    return raw if len(raw) <= HEAD + TAIL else f"{raw[:HEAD]}\n…\n{raw[-TAIL:]}"


def _fewer(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST else [*lines[: MOST // 4], "…", *lines[-MOST // 4 * 3 :]]


def _clean(line: str) -> str:
    line = line[: LONGEST_LINE * 2]
    if "\x1b" in line:
        line = ESCAPES.sub("", line)
    line = line.rpartition("\r")[2] if "\r" in line.rstrip("\r") else line.rstrip("\r")
    for prefix in (COMPOSE, STAMP, BUILDKIT, STEP_TIME):
        if found := prefix.match(line):
            line = line[found.end() :]
    return line[:LONGEST_LINE].rstrip()


def _stage(lines: tuple[str, ...]) -> str:
    return _shown(lines) or _last(lines, FAILED_STEP) or _last(lines, PROCESS) or _legacy(lines)


def _shown(lines: tuple[str, ...]) -> str:
    """Return the lines that BuildKit marks in the Dockerfile, as one instruction."""
    found = [match["act"] for line in lines[-200:] if (match := SHOWN_STEP.match(line))]
    return " ".join(part.rstrip("\\").strip() for part in found)


def _legacy(lines: tuple[str, ...]) -> str:
    """The classic builder ends with the step that failed, and says so."""
    ended = any("returned a non-zero code" in line for line in lines[-5:])
    return _last(lines, STEP) if ended else ""


def _last(lines: tuple[str, ...], pattern: re.Pattern[str]) -> str:
    found = (match for line in reversed(lines[-5000:]) if (match := pattern.search(line)))
    return next((match["act"] for match in found), "")
