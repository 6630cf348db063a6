"""What a model is told of an answer that cannot be used. Each text says what to send instead."""

from collections.abc import Sequence
from difflib import get_close_matches

from trueup.model.repair import Refusal

CLOSEST = 6
LOOKED_AT = 8
LONGEST = 160
MOST_LINES = 4000


def no_match(path: str, search: Sequence[str], text: str) -> str:
    """Say that lines are not there, and show those that are most like them."""
    said = f"{path}: the lines of SEARCH are not in this file."
    near = _closest(search, text)
    if not near:
        return f"{said} Copy them from FILE {path} exactly."
    shown = "\n".join(f"{number:5} {line}" for number, line in near)
    return f"{said} Did you mean some of these? Copy lines exactly, without the numbers.\n{shown}"


def several_matches(path: str, search: Sequence[str]) -> str:
    """Say that lines stand in several places."""
    first = next((line.strip() for line in search if line.strip()), "")[:LONGEST]
    return (
        f"{path}: the lines of SEARCH, from {first!r}, stand in several places. "
        "Add three more lines of what is around the one that you mean."
    )


def already_applied(path: str) -> str:
    """Say that nothing is left to do."""
    return f"{path}: the lines of REPLACE are in this file already. Leave this block out."


def not_allowed(path: str, editable: Sequence[str]) -> str:
    """Say which files may be edited."""
    return f"not allowed: {path}. Only these may be edited: {', '.join(editable)}."


def exists(path: str) -> str:
    """Say that a file cannot be created."""
    return f"{path}: this file exists, so SEARCH must not be empty."


def missing(path: str) -> str:
    """Say that there is nothing to search."""
    return f"{path}: there is no such file. An empty SEARCH creates it."


def too_long(path: str, most: int) -> str:
    """Say that a file is not to be sent whole."""
    return f"{path}: only files of up to {most} lines may be sent whole. Send blocks."


def left_out(path: str) -> str:
    """Say that a whole file is not whole."""
    return f"{path}: part of the file is left out. Send all of it, or send blocks."


def malformed(line: int, says: str) -> str:
    """Say which line of the answer cannot be read."""
    return f"line {line} of your answer: {says}."


NOTHING = "There is no edit in your answer. Send blocks in the form that is asked for, or CANNOT."

UNCHANGED = "Your edits leave every file as it is. Send an edit that changes something, or CANNOT."

WHOLE = (
    "Send each file that is to change once more, whole: its path in a line of its own, then the "
    "complete text in a code fence. No blocks, nothing left out."
)


def again(faults: Sequence[str], kept: int) -> str:
    """Ask for the blocks that failed, once."""
    rest = f"The other {kept} were applied; do not send them again." if kept else ""
    parts = ("Your answer could not be applied.", *faults, rest, "Send only what failed, again.")
    return "\n".join(part for part in parts if part)


def whole(faults: Sequence[str]) -> str:
    """Ask for whole files, since blocks failed twice."""
    return "\n".join(("Your answer could not be applied.", *faults, WHOLE))


def gate(refusals: Sequence[Refusal]) -> str:
    """Say why an edit is not built."""
    said = "\n".join(f"gate: {refusal}" for refusal in refusals[:10])
    return (
        f"Your edits were refused before they were built:\n{said}\n"
        "None of them is applied. Send all edits anew against the files as they were shown, "
        "without what was refused; or CANNOT: and the reason."
    )


def _closest(search: Sequence[str], text: str) -> list[tuple[int, str]]:
    lines = [line[:LONGEST] for line in text.split("\n")[:MOST_LINES]]
    wanted = [line[:LONGEST] for line in search if line.strip()][:LOOKED_AT]
    near = {one for line in wanted for one in get_close_matches(line, {*lines}, n=2, cutoff=0.5)}
    found = [(number, line) for number, line in enumerate(lines, start=1) if line in near]
    return found[:CLOSEST]
