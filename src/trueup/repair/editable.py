"""Which files a request lets be edited, and what of each is shown."""

from trueup.model.repair import Request
from trueup.repair.gates.filetypes import is_lock
from trueup.repair.gates.places import may_edit

MOST_FILES = 12


def editable(request: Request) -> tuple[str, ...]:
    """Return the files that are there and may be edited by hand, the Dockerfile first."""
    first = request.place.dockerfile
    found = [path for path in request.files.paths() if may_edit(path, request.allowed)]
    texts = [path for path in found if not is_lock(path)]
    return tuple(sorted(texts, key=lambda path: (path != first, path))[:MOST_FILES])


def spans_of(text: str, small: int, most: int, near: str) -> tuple[str, int, int]:
    """Return what is shown of a file, the number of its first line (0: all), how many there are.

    A file of at most `small` letters is shown whole, else `most` lines around a piece of text.
    """
    lines = text.split("\n")
    if len(text) <= small:
        return text.removesuffix("\n"), 0, len(lines)
    wanted = near.strip().partition("\n")[0][:60]
    at = next((n for n, line in enumerate(lines) if wanted and wanted in line), 0)
    start = max(0, min(at - most // 2, len(lines) - most))
    shown = [line[:400] for line in lines[start : start + most]]
    return "\n".join(shown), start + 1, len(lines)
