"""Unified diffs: written so that `git apply` takes them, and applied exactly.

Nothing is guessed: a hunk fits where it says, or in the one other place where all its lines
stand. Renames, deletions, modes and binaries are not edits. Reads no file itself.
"""

import re
from collections.abc import Callable, Iterator

from trueup.model.repair import Edit
from trueup.repair.hunks import NOWHERE, DiffError, Hunk, Patch, patches
from trueup.repair.lines import Change, changes, split_lines

CONTEXT = 3
NO_END = "\\ No newline at end of file"
QUOTED = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n"}


def diff_of(edits: tuple[Edit, ...]) -> str:
    """Return edits as one diff in git's style."""
    return "".join("".join(_written(edit)) for edit in edits if edit.before != edit.after)


def applied(diff: str, text: Callable[[str], str | None]) -> tuple[Edit, ...]:
    """Return the edits that a diff makes. `text` gives the content of a file, None for none.

    Raises:
        DiffError: the diff is malformed, does what no edit does, or does not fit.
    """
    found = tuple(patches(diff.replace("\r\n", "\n") if _foreign(diff) else diff))
    if not found:
        raise DiffError("there is no change in this diff")
    if len({patch.path for patch in found}) < len(found):
        raise DiffError("one file is changed in two places of this diff")
    return tuple(_edit(patch, text(patch.path)) for patch in found)


def _foreign(diff: str) -> bool:
    """Say whether the diff was saved with CRLF: then its own headers have them, too."""
    return re.search(r"^@@ [^\n]*@@\r$|^(?:---|\+\+\+) \S*\r$", diff, re.MULTILINE) is not None


def _edit(patch: Patch, before: str | None) -> Edit:
    if patch.creates and before is not None:
        raise DiffError(f"{patch.path} is to be created, and is there already")
    if not patch.creates and before is None:
        raise DiffError(f"{patch.path} is to be changed, and is not there")
    lines = split_lines(before or "")
    shift = 0
    end = 0
    for hunk in patch.hunks:
        at = _place(patch, hunk, lines, hunk.at + shift, end)
        lines[at : at + len(hunk.olds)] = hunk.news
        end = at + len(hunk.news)
        shift = at - hunk.at + len(hunk.news) - len(hunk.olds)
    return Edit(patch.path, before, "".join(lines))


def _place(patch: Patch, hunk: Hunk, lines: list[str], expected: int, least: int) -> int:
    """Return where a hunk fits: where it says, or else in the one place that has its lines."""
    if expected >= least and _fits(hunk, lines, expected):
        return expected
    found = [at for at in range(least, len(lines) + 1) if hunk.olds and _fits(hunk, lines, at)]
    if len(found) == 1:
        return found[0]
    why = "its lines stand in several places" if found else "its lines are not there"
    raise DiffError(f"{patch.path}: the hunk for line {hunk.at + 1} does not fit: {why}")


def _fits(hunk: Hunk, lines: list[str], at: int) -> bool:
    end = at + len(hunk.olds)
    if (hunk.first and at) or (hunk.final and end != len(lines)):
        return False
    return at <= len(lines) and lines[at:end] == list(hunk.olds)


# Writing


def _written(edit: Edit) -> Iterator[str]:
    old, new = _name(f"a/{edit.path}"), _name(f"b/{edit.path}")
    yield f"diff --git {old} {new}\n"
    if edit.before is None:
        yield "new file mode 100644\n"
    if edit.after or edit.before:
        yield f"--- {NOWHERE if edit.before is None else _ended(old)}\n+++ {_ended(new)}\n"
    before, after = split_lines(edit.before or ""), split_lines(edit.after)
    for group in _grouped(changes(before, after)):
        yield from _hunk(before, after, group)


def _name(path: str) -> str:
    """Quote a path as git does."""
    plain = path.isascii() and path.isprintable() and not set(path) & {*QUOTED}
    if plain:
        return path
    return '"' + "".join(QUOTED.get(letter) or _octal(letter) for letter in path) + '"'


def _ended(name: str) -> str:
    """End a name that has a space in it, as git does: else nobody knows where it ends."""
    return f"{name}\t" if " " in name and not name.startswith('"') else name


def _octal(letter: str) -> str:
    if letter.isascii() and letter.isprintable():
        return letter
    return "".join(f"\\{byte:03o}" for byte in letter.encode(errors="surrogatepass"))


def _grouped(found: list[Change]) -> Iterator[list[Change]]:
    """Yield changes that share a hunk: those whose contexts touch."""
    group: list[Change] = []
    for change in found:
        if group and change.a - group[-1].b > 2 * CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(before: list[str], after: list[str], group: list[Change]) -> Iterator[str]:
    lead = min(CONTEXT, group[0].a)
    trail = min(CONTEXT, len(before) - group[-1].b)
    start, end = group[0].a - lead, group[-1].b + trail
    to, until = group[0].c - lead, group[-1].d + trail
    yield f"@@ -{_range(start, end)} +{_range(to, until)} @@\n"
    at = start
    for change in group:
        yield from (_line(" ", line) for line in before[at : change.a])
        yield from (_line("-", line) for line in before[change.a : change.b])
        yield from (_line("+", line) for line in after[change.c : change.d])
        at = change.b
    yield from (_line(" ", line) for line in before[at:end])


def _range(start: int, end: int) -> str:
    return f"{start + (end > start)},{end - start}"


def _line(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n{NO_END}\n"
