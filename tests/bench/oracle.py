"""A model that knows the answer: it says which lines of the files have to be as they were.

It shows what is lost between a right answer and a published patch: the prompt, the grammar,
the gates, the build. How good models are only providers of the world can show.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher

from tests.bench.mutations import Files

BESIDE = 2
"""Lines around a change that make it unique."""


def answer(broken: Files, healthy: Files, folder: str) -> str:
    """Return edits that make broken files what they were."""
    return "\n".join(block for path in broken for block in _blocks(path, broken, healthy, folder))


def _blocks(path: str, broken: Files, healthy: Files, folder: str) -> Iterator[str]:
    if path == "package-lock.json":
        yield f"FILE: {folder}/{path}"
    before, after = broken[path].splitlines(), healthy[path].splitlines()
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            head, tail = before[max(0, a - BESIDE) : a], before[b : b + BESIDE]
            old, new = [*head, *before[a:b], *tail], [*head, *after[c:d], *tail]
            yield "\n".join(_block(f"{folder}/{path}", old, new))


def _block(path: str, old: list[str], new: list[str]) -> list[str]:
    return [path, "<<<<<<< SEARCH", *old, "=======", *new, ">>>>>>> REPLACE", ""]
