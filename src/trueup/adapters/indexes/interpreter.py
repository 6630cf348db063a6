"""Which interpreter a package needs, by what it depends on. The same for every distribution."""

import re
from collections.abc import Iterable

PYTHON = re.compile(r"python3(?:\.\d+)?(?:-.*)?")
NODE = re.compile(r"nodejs(?:-.*)?|node-.*")


def interpreter(needs: Iterable[str]) -> str:
    """Return `python`, `node` or nothing."""
    for name in needs:
        if PYTHON.fullmatch(name):
            return "python"
        if NODE.fullmatch(name):
            return "node"
    return ""
