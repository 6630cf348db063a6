"""What a repository may put into a work tree: no path and no link leaves it. Pure."""

import os
import posixpath
import re
from collections.abc import Iterator, Mapping

from trueup.model.errors import Problem

ODD = re.compile(r"(\A|/)(\.{0,2}|\.git)(/|\Z)", re.IGNORECASE)
CLIMBS_LATER = re.compile(r"(\A|/)(?!\.{1,2}(/|\Z))[^/]+/(.*/)?\.\.(/|\Z)")


def path_problem(path: str) -> Problem | None:
    """Return what is wrong with the path of a tracked file."""
    if ODD.search(path):
        return Problem(path, 0, "", "the path leaves the tree or is git's own", "Rename it")
    return None


def link_problems(links: Mapping[str, bytes]) -> Iterator[Problem]:
    """Yield what is wrong with links, given as path → target."""
    remedy = "Point it at a file of the same repository; it is not created until then"
    for path, target in links.items():
        if leaves(path, os.fsdecode(target)):
            yield Problem(path, 0, "", "the link leaves the tree", remedy)


def leaves(path: str, target: str) -> bool:
    """Say whether a link may lead out of the tree.

    Where a target climbs after it went down, what it climbs from may be a link itself, so
    the text does not show where it ends; that is refused as well.
    """
    if not target or target.startswith("/") or "\0" in target or CLIMBS_LATER.search(target):
        return True
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return end == ".." or end.startswith("../")
