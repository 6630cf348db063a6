"""Which Python or Node a build has: what its base image is named, or else what its log shows."""

import re
from collections.abc import Iterable

from trueup.model.repair import Request
from trueup.repair.dockerfile import Stage

NUMBER = r"3\.\d{1,2}(?:\.\d{1,3})?"
PYTHON_BASES = (
    re.compile(rf"(?:.*/)?(?:python|pypy|cpython)[:-](?P<version>{NUMBER})"),
    re.compile(rf"(?:.*/)?(?:uv|pip|poetry)\S*python(?P<version>{NUMBER})"),
)
SYSTEMS = {
    "buster": "3.7",
    "bullseye": "3.9",
    "bookworm": "3.11",
    "trixie": "3.13",
    "debian:10": "3.7",
    "debian:11": "3.9",
    "debian:12": "3.11",
    "debian:13": "3.13",
    "ubuntu:20.04": "3.8",
    "ubuntu:22.04": "3.10",
    "ubuntu:24.04": "3.12",
}
"""The Python of distributions that never change it."""

PYTHON_LOGGED = (
    re.compile(r"lib/python(?P<version>3\.\d{1,2})/"),
    re.compile(r"different Python: (?P<version>3\.\d{1,2})"),
    re.compile(r"-cp3(?P<minor>\d{1,2})-"),
)
NODE_BASE = re.compile(r"(?:.*/)?node:(?P<version>\d{1,2}(?:\.\d{1,3}){0,2})")
NODE_LOGGED = re.compile(
    r"Node\.js v(?P<version>\d{1,2}\.\d{1,3}\.\d{1,3})|node: 'v(?P<current>[\d.]{1,12})'"
)


def python_of(request: Request, stages: tuple[Stage, ...]) -> str:
    """Return the version of Python, such as `3.11`; empty where nothing tells it."""
    images = [stage.image for stage in stages]
    for image in images:
        if version := _named(image, PYTHON_BASES):
            return version
    if version := _logged(request.log):
        return version
    systems = (version for image in images for name, version in SYSTEMS.items() if name in image)
    return next(systems, "")


def node_of(request: Request, stages: tuple[Stage, ...]) -> str:
    """Return the version of Node, such as `18`; empty where nothing tells it."""
    if found := NODE_LOGGED.search(request.log):
        return found["version"] or found["current"]
    found_in = (_named(stage.image, (NODE_BASE,)) for stage in stages)
    return next(filter(None, found_in), "")


def _logged(log: str) -> str:
    for pattern in PYTHON_LOGGED:
        if found := pattern.search(log):
            groups = found.groupdict()
            return groups.get("version") or f"3.{groups['minor']}"
    return ""


def _named(image: str, patterns: Iterable[re.Pattern[str]]) -> str:
    found = (match for pattern in patterns if (match := pattern.match(image)))
    return next((match["version"] for match in found), "")
