"""What is written when a base image is too old: its suite is gone, its interpreter is another."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trueup.repair.cause import Cause, Found, find
from trueup.repair.logs import LogText

RANGE = r"(?P<subject>[\d.<>=!~^|*x, -]{1,80})"
GONE = "Its servers no longer have the suite {subject} of the base image."
PYTHON = "The base image has another Python than {subject}, which is required."
NODE = "The base image has another Node than {subject}, which is required."


def _cause(name: str, needle: str, pattern: str, says: str, confidence: float) -> Cause:
    return Cause(name, needle, re.compile(pattern), says, confidence)


CAUSES = (
    _cause(
        "apt-suite",
        " a Release file",
        r"The repository '\S{1,300} (?P<subject>[a-z]{3,20})(?:[-/][\w/-]{1,40})? Release' "
        r"(?:does not have|no longer has) a Release file",
        GONE,
        0.97,
    ),
    _cause(
        "apt-suite",
        "404  Not Found",
        r"Failed to fetch \S{1,300}/dists/(?P<subject>[a-z]{3,20})[/-]\S{1,200} {1,3}404 ",
        GONE,
        0.94,
    ),
    _cause(
        "python-version",
        "requires a different Python",
        rf"requires a different Python: \S+ not in '{RANGE}'",
        PYTHON,
        0.95,
    ),
    _cause(
        "python-version",
        "is not allowed by the project",
        rf"Python version \(\S+\) is not allowed by the project \({RANGE}\)",
        PYTHON,
        0.95,
    ),
    _cause(
        "python-version",
        "requires-python",
        rf"incompatible with the project's `?requires-python`?[^:]{{0,60}}: `?{RANGE}`?",
        PYTHON,
        0.9,
    ),
    _cause(
        "node-version",
        "is incompatible with this module",
        rf"The engine \"node\" is incompatible with this module\. Expected version \"{RANGE}\"",
        NODE,
        0.95,
    ),
    _cause(
        "node-version",
        "is required",
        rf"Node\.js version \"?{RANGE}\"? is required",
        NODE,
        0.95,
    ),
    _cause(
        "node-version",
        "Required: {",
        rf"Required: \{{\"node\":\"{RANGE}\"",
        NODE,
        0.93,
    ),
    _cause(
        "node-version",
        "required: { node",
        rf"required: \{{ node: '{RANGE}'",
        NODE,
        0.6,  # npm only warns, unless it is told to be strict
    ),
    _cause(
        "python-two",
        "Missing parentheses in call to 'print'",
        r"SyntaxError: (?P<subject>Missing parentheses in call to 'print')",
        "This is written for Python 2, and the image has Python 3.",
        0.9,
    ),
)

SINCE = (
    ("tomllib", "No module named 'tomllib'", "3.11"),
    ("zoneinfo", "No module named 'zoneinfo'", "3.9"),
    ("graphlib", "No module named 'graphlib'", "3.9"),
    ("Self", "cannot import name 'Self' from 'typing'", "3.11"),
    ("StrEnum", "cannot import name 'StrEnum' from 'enum'", "3.11"),
    ("UTC", "cannot import name 'UTC' from 'datetime'", "3.11"),
    ("TaskGroup", "module 'asyncio' has no attribute 'TaskGroup'", "3.11"),
    ("override", "cannot import name 'override' from 'typing'", "3.12"),
    ("batched", "cannot import name 'batched' from 'itertools'", "3.12"),
    ("ParamSpec", "cannot import name 'ParamSpec' from 'typing'", "3.10"),
)
"""What Python itself has only since a version, and how an older one says that it has not."""

SYNTAX = (
    (re.compile(r"^\s*type [A-Za-z_]\w*(?:\[[^\]]{1,80}\])? = "), "3.12"),
    (re.compile(r"^\s*(?:async )?def [A-Za-z_]\w*\[[^\]]{1,80}\]\("), "3.12"),
    (re.compile(r"^\s*except\*"), "3.11"),
    (re.compile(r"^\s*match [\w.()\[\], ]{1,80}:\s*$"), "3.10"),
)
INVALID = re.compile(r"^\s*SyntaxError: ")
SHOWN = 3  # lines before the message that show the code


def find_newer(log: LogText) -> Iterator[Found]:
    """Yield what only a newer Python knows."""
    for _, said, version in SINCE:
        for number, diagnosis in find(log, (_newer(said, re.escape(said), version),)):
            yield Found(number, replace(diagnosis, subject=f">={version}"))


def find_syntax(log: LogText) -> Iterator[Found]:
    """Yield what only a newer Python can read, where the line itself shows it."""
    for number, diagnosis in find(log, (_newer("SyntaxError: ", INVALID.pattern, ""),)):
        for line in log.lines[max(0, number - SHOWN) : number]:
            for pattern, version in SYNTAX:
                if pattern.match(line):
                    says = f"A line of the program needs Python {version} or newer."
                    yield Found(number, replace(diagnosis, subject=f">={version}", says=says))


def _newer(needle: str, pattern: str, version: str) -> Cause:
    says = f"The program needs Python {version} or newer."
    return _cause("python-version", needle, pattern, says, 0.96)
