"""How much a proposal may change."""

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.filetypes import is_lock
from trueup.repair.lines import extent, fresh


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a proposal may change.

    Attributes:
        files: how many files.
        lines: how many lines in all of them but lock files.
        locked: how many lines in lock files, which tools write.
        letters: how many letters in new lines of all of them but lock files.
        size: how many bytes a file may have afterwards.
    """

    files: int = 5
    lines: int = 60
    locked: int = 20_000
    letters: int = 16_000
    size: int = 1_000_000


def oversized(edits: tuple[Edit, ...], limits: Limits) -> Iterator[Refusal]:
    """Yield a refusal for everything that is too much, or nothing at all."""
    if len(edits) > limits.files:
        says = f"{len(edits)} files are edited, and at most {limits.files} may be"
        yield Refusal("too-much", "", 0, says)
        return
    large = [edit for edit in edits if len(edit.after.encode(errors="replace")) > limits.size]
    for edit in large:
        yield Refusal("too-large", edit.path, 0, f"more than {limits.size} bytes")
    if not large:
        yield from _lines(edits, limits)


def _new(edit: Edit) -> Iterator[str]:
    return (line for _, line in fresh(edit.before or "", edit.after))


def _lines(edits: tuple[Edit, ...], limits: Limits) -> Iterator[Refusal]:
    for edit in edits:
        if edit.before == edit.after:
            yield Refusal("nothing", edit.path, 0, "this file stays as it is")
    letters = sum(len(line) for edit in edits if not is_lock(edit.path) for line in _new(edit))
    if letters > limits.letters:
        says = f"{letters} letters are put in, and at most {limits.letters} may be"
        yield Refusal("too-much", "", 0, says)
    for what, most, locks in (("lines", limits.lines, False), ("locked", limits.locked, True)):
        some = [edit for edit in edits if is_lock(edit.path) is locks]
        count = sum(extent(edit.before or "", edit.after) for edit in some)
        if count > most:
            where = "lock files" if what == "locked" else "files"
            says = f"{count} lines of {where} are changed, and at most {most} may be"
            yield Refusal("too-much", "", 0, says)
