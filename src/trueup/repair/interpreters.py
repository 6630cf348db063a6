"""Which Python or Node a build has: what its log shows, or else what its base image is named."""

import re

from trueup.model.repair import Request
from trueup.repair.dockerfile import Stage

LOGGED = (
    re.compile(r"lib/python(?P<version>3\.\d{1,2})/"),
    re.compile(r"\bPython (?P<version>3\.\d{1,2}(?:\.\d{1,3})?)\b"),
    re.compile(r"-cp(?P<major>3)(?P<minor>\d{1,2})-"),
)
PYTHON_BASE = re.compile(
    r"(?:.*/)?(?:python|pypy|cpython|python-slim|uv)(?::|-)(?:python)?(?P<version>3\.\d{1,2}(?:\.\d{1,3})?)"
)
UV_BASE = re.compile(r".*python(?P<version>3\.\d{1,2})")
NODE_BASE = re.compile(r"(?:.*/)?node:(?P<version>\d{1,2}(?:\.\d{1,3}){0,2})")
NODE_LOGGED = re.compile(
    r"Node\.js v(?P<version>\d{1,2}\.\d{1,3}\.\d{1,3})|node: 'v(?P<current>[\d.]{1,12})'"
)


def python_of(request: Request, stages: tuple[Stage, ...]) -> str:
    """Return the version of Python, such as `3.11`; empty where nothing tells it."""
    for pattern in LOGGED:
        if found := pattern.search(request.log):
            groups = found.groupdict()
            return groups.get("version") or f"{groups['major']}.{groups['minor']}"
    base = stages[-1].image if stages else ""
    named = PYTHON_BASE.match(base) or UV_BASE.match(base)
    return named["version"] if named else ""


def node_of(request: Request, stages: tuple[Stage, ...]) -> str:
    """Return the version of Node, such as `18`; empty where nothing tells it."""
    if found := NODE_LOGGED.search(request.log):
        return found["version"] or found["current"]
    named = NODE_BASE.match(stages[-1].image) if stages else None
    return named["version"] if named else ""
