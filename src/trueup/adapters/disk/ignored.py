"""What .dockerignore leaves out of a build context."""

import posixpath
from collections.abc import Callable
from pathlib import Path


class Ignored:
    """The patterns that hold for one build context. `place` says where files are read."""

    def __init__(self, context: str, dockerfile: str, place: Callable[[str], str] = str) -> None:
        from docker.utils.build import PatternMatcher

        lines = _lines(context, posixpath.join(context, dockerfile), place)
        self._patterns = PatternMatcher(lines).patterns
        self._dockerfile = posixpath.relpath(posixpath.join(context, dockerfile), context)
        self._exceptions = any(line.startswith("!") for line in lines)

    def __contains__(self, path: str) -> bool:
        """Say whether a file is left out. The last pattern that matches it decides.

        A pattern that matches a directory matches what is in it, as in BuildKit; the
        Dockerfile and .dockerignore are always read.
        """
        if path == self._dockerfile:
            return False
        parts = path.split("/")
        above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        out = False
        for pattern in self._patterns:
            if pattern.exclusion == out and any(pattern.match(prefix) for prefix in above):
                out = not pattern.exclusion
        return out

    def prunes(self, folder: str) -> bool:
        """Say whether nothing below a directory can be in the context."""
        return not self._exceptions and folder in self


def _lines(context: str, dockerfile: str, place: Callable[[str], str]) -> list[str]:
    for path in (f"{dockerfile}.dockerignore", posixpath.join(context, ".dockerignore")):
        file = Path(place(path))
        if file.is_file():
            text = file.read_text(encoding="utf-8-sig", errors="replace")
            lines = (line.strip() for line in text.splitlines())
            return [line for line in lines if line and not line.startswith("#")]
    return []
