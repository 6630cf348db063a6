"""Cases that were solved, to show with a question: those of this repository, and a few of ours.

Each is as small as a repair should be. What a case says is data for whoever answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A case: the class of the error, the line of the log that showed it, and what solved it."""

    cause: str
    shown: str
    diff: str


def chosen(cause: str, solved: Sequence[Example] = ()) -> tuple[Example, ...]:
    """Return up to three cases of a class, those that were solved here first, latest first."""
    own = [example for example in reversed(solved) if example.cause == cause]
    return tuple([*own, *_of(cause)][:MOST])


def _of(cause: str) -> list[Example]:
    """Return ours of a class; of its family (`python-…`) where it has none."""
    exact = [example for example in LIBRARY if example.cause == cause]
    family = cause.partition("-")[0]
    return exact or [one for one in LIBRARY if family and one.cause.partition("-")[0] == family]


def _case(cause: str, shown: str, path: str, *lines: str) -> Example:
    """Return a case whose diff has one hunk, written as its lines with their marks."""
    return Example(cause, shown, "\n".join((f"--- a/{path}", f"+++ b/{path}", "@@", *lines)))


LIBRARY = (
    _case(
        "python-module",
        "ModuleNotFoundError: No module named 'yaml'",
        "requirements.txt",
        " flask==3.0.3",
        "+pyyaml==6.0.2",
    ),
    _case(
        "python-pin",
        "ERROR: Could not find a version that satisfies the requirement numpy==2.9.0",
        "requirements.txt",
        "-numpy==2.9.0",
        "+numpy==2.2.6",
    ),
    _case(
        "python-lock",
        "pyproject.toml changed significantly since poetry.lock was last generated",
        "pyproject.toml",
        "-requests = '^2.32'",
        "+requests = '^2.31'",
    ),
    _case(
        "python-version",
        "ERROR: Package 'api' requires a different Python: 3.8.20 not in '>=3.10'",
        "Dockerfile",
        "-FROM python:3.8-slim",
        "+FROM python:3.11-slim",
    ),
    _case(
        "header",
        "fatal error: Python.h: No such file or directory",
        "Dockerfile",
        " FROM python:3.11-slim",
        "+RUN apt-get update && apt-get install -y --no-install-recommends gcc python3-dev \\",
        "+    && rm -rf /var/lib/apt/lists/*",
        " COPY requirements.txt .",
    ),
    _case(
        "link-library",
        "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
        "Dockerfile",
        " FROM python:3.11-slim",
        "+RUN apt-get update && apt-get install -y --no-install-recommends libgl1 \\",
        "+    && rm -rf /var/lib/apt/lists/*",
    ),
    _case(
        "apt-package",
        "E: Package 'libpng12-dev' has no installation candidate",
        "Dockerfile",
        "-RUN apt-get update && apt-get install -y libpng12-dev",
        "+RUN apt-get update && apt-get install -y libpng-dev",
    ),
    _case(
        "command",
        "/bin/sh: 1: git: not found",
        "Dockerfile",
        "-RUN apt-get update && apt-get install -y gcc",
        "+RUN apt-get update && apt-get install -y gcc git",
    ),
    _case(
        "node-module",
        "Error: Cannot find module 'express'",
        "package.json",
        '   "dependencies": {',
        '+    "express": "^4.21.0",',
        '     "pg": "^8.13.0"',
    ),
    _case(
        "node-version",
        'The engine "node" is incompatible with this module. Expected version ">=20"',
        "Dockerfile",
        "-FROM node:16-slim",
        "+FROM node:20-slim",
    ),
    _case(
        "startup-file",
        "python: can't open file '/app/main.py': [Errno 2] No such file or directory",
        "Dockerfile",
        '-CMD ["python", "main.py"]',
        '+CMD ["python", "src/main.py"]',
    ),
)
