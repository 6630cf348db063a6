"""A path in an image → the file of the work tree that was copied, or mounted, to it."""

import json
import posixpath
import re
from collections.abc import Iterator

from trueup.model.repair import Request
from trueup.repair.dockerfile import Instruction, Stage

MOUNT = re.compile(r"(?:^|,)(source|src|from|type|target|dst|destination)=([^,]*)")


def in_tree(request: Request, stages: tuple[Stage, ...], path: str) -> str | None:
    """Return the file that stands at a path of the image; None where it is not known which.

    `path` is relative to the working directory that is in force, or absolute.
    """
    existing = set(request.files.paths())
    for candidate in _candidates(stages, path):
        inside = posixpath.normpath(posixpath.join(request.place.context or ".", candidate))
        if inside in existing:
            return inside
    return None


def sources(stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """Return what is copied from the build context, by the names that the Dockerfile has."""
    return tuple(source for source, _ in _sources(stages))


def _candidates(stages: tuple[Stage, ...], path: str) -> Iterator[str]:
    """Yield paths in the build context: what was copied by that name, then the name itself."""
    name = posixpath.basename(path)
    for source, target in _sources(stages):
        if posixpath.basename(source) == name:
            yield source
        yield from _below(source, target, path)
    if not path.startswith("/"):
        yield path
    yield name


def _below(source: str, target: str, path: str) -> Iterator[str]:
    """Yield where a path would be in a folder that was copied."""
    if path.startswith("/"):
        if target.startswith("/") and (rest := posixpath.relpath(path, target))[:2] != "..":
            yield posixpath.join(source, rest)
        return
    yield posixpath.join(source, path)
    if not target.startswith("/") and path.startswith(f"{posixpath.normpath(target)}/"):
        yield posixpath.join(source, posixpath.relpath(path, target))


def _sources(stages: tuple[Stage, ...]) -> Iterator[tuple[str, str]]:
    """Yield each source in the build context with its target, the latest first."""
    for stage in stages:
        for one in reversed(stage.instructions):
            flags = dict(one.flags)
            if one.word in {"COPY", "ADD"} and "from" not in flags:
                *sources, target = _words(one) or [""]
                yield from ((source.lstrip("/") or ".", target) for source in sources)
            elif one.word == "RUN":
                yield from _mounts(one)


def _mounts(one: Instruction) -> Iterator[tuple[str, str]]:
    for name, value in one.flags:
        parts = dict(MOUNT.findall(value))
        if name == "mount" and parts.get("type", "bind") == "bind" and "from" not in parts:
            source = parts.get("source") or parts.get("src") or "."
            target = parts.get("target") or parts.get("dst") or parts.get("destination") or "."
            yield source, target


def _words(one: Instruction) -> list[str]:
    text = one.said.text.strip()
    if text.startswith("["):
        try:
            return [str(word) for word in json.loads(text)]
        except (ValueError, RecursionError):
            return []
    return text.split()
