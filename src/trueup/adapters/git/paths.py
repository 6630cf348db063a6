"""What a repository may put into a work tree: no path and no link leaves it. Pure."""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping

from trueup.model.errors import Problem

ODD = re.compile(r"(\A|/)(\.{0,2}|\.git|git~[0-9]+)[. ]*(:[^/]*)?(/|\Z)", re.IGNORECASE)
# What HFS+ ignores in a name, so that .g<U+200C>it is .git there.
IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
LONGEST = 1024
"""Bytes that a path or the target of a link may have."""
LONGEST_NAME = 255
CLIMBS_LATER = re.compile(r"(\A|/)(?!\.{1,2}(/|\Z))[^/]+/(.*/)?\.\.(/|\Z)")


def path_problem(path: str) -> Problem | None:
    """Return what is wrong with the path of a tracked file."""
    if ODD.search(IGNORED.sub("", path)):
        return _problem(path, "the path leaves the tree or is git's own", "Rename it")
    if not path.isprintable() and re.search(r"[\x00-\x1f\x7f]", path):
        return _problem(path, "the path has control characters", "Rename it")
    names = [os.fsencode(name) for name in path.split("/")]
    if sum(map(len, names)) + len(names) > LONGEST or max(map(len, names)) > LONGEST_NAME:
        return _problem(path, "the path is too long", "Shorten it")
    return None


def link_problems(links: Mapping[str, bytes]) -> Iterator[tuple[str, Problem]]:
    """Yield what is wrong with links, given as path → target, with the path."""
    remedy = "Point it at a file of the same repository; it is not created until then"
    for path, target in links.items():
        if leaves(path, os.fsdecode(target)):
            yield path, _problem(path, "the link leaves the tree", remedy)


def _problem(path: str, reason: str, remedy: str) -> Problem:
    """Return a problem; the path is shown so that no terminal and no file minds it."""
    shown = "".join(one if one.isprintable() else _escaped(one) for one in path[:LONGEST_NAME])
    return Problem(shown, 0, "", reason, remedy)


def _escaped(one: str) -> str:
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")


def leaves(path: str, target: str) -> bool:
    """Say whether a link may lead out of the tree.

    Where a target climbs after it went down, what it climbs from may be a link itself, so
    the text does not show where it ends; that is refused as well.
    """
    if not target or target.startswith("/") or "\0" in target or CLIMBS_LATER.search(target):
        return True
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return end == ".." or end.startswith("../")
