"""The packages that the programs of a work tree import, as their text says it."""

import re
from collections.abc import Iterator

from trueup.model.repair import Files

PYTHON = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?P<names>[\w., \t]{1,300})", re.MULTILINE)
NODE = re.compile(
    r"(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['\"]"
    r"(?P<name>(?:@[\w.~-]{1,100}/)?[A-Za-z0-9_][\w.~-]{0,100})"
)
SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".mts", ".cts", ".vue", ".svelte")
LARGEST, MOST = 200_000, 500


def python_imports(files: Files, below: str) -> frozenset[str]:
    """Return the top modules that programs below a folder import."""
    found: set[str] = set()
    for text in _texts(files, below, (".py",)):
        for match in PYTHON.finditer(text):
            names = match["names"].partition(" import ")[0].split(",")
            found |= {name.split()[0].partition(".")[0] for name in names if name.split()}
    return frozenset(filter(None, found))


def node_imports(files: Files, below: str) -> frozenset[str]:
    """Return the packages that programs below a folder import."""
    texts = _texts(files, below, SCRIPTS)
    return frozenset(match["name"] for text in texts for match in NODE.finditer(text))


def _texts(files: Files, below: str, ends: tuple[str, ...]) -> Iterator[str]:
    inside = f"{below}/" if below else ""
    named = [path for path in files.paths() if path.startswith(inside) and path.endswith(ends)]
    for path in [path for path in named if "node_modules/" not in path][:MOST]:
        yield (files.text(path) or "")[:LARGEST]
