"""The words of a Dockerfile that start a program, and how one of them is put right."""

import re
from collections.abc import Iterator

from trueup.model.repair import Edit, Request
from trueup.repair.dockerfile import Instruction, Stage, splice

STARTING = ("CMD", "ENTRYPOINT")


def starts(stages: tuple[Stage, ...], name: str) -> bool:
    """Say whether the command that starts the service has a word or a part of one."""
    return any(_spot(one, name) for one in _instructions(stages, STARTING))


def replaced(
    request: Request,
    stages: tuple[Stage, ...],
    wrong: str,
    right: str,
    words: tuple[str, ...] = STARTING,
) -> tuple[Edit, ...] | None:
    """Return the edit that puts another name in the place of one, in the last such instruction."""
    text = request.files.text(request.place.dockerfile) or ""
    for one in _instructions(stages, words):
        if spot := _spot(one, wrong):
            where = one.said.where
            change = (where[spot[0]], where[spot[1] - 1] + 1, right)
            return (Edit(request.place.dockerfile, text, splice(text, [change])),)
    return None


def inserted(request: Request, after: Instruction, line: str) -> tuple[Edit, ...]:
    """Return the edit that adds an instruction after another one."""
    text = request.files.text(request.place.dockerfile) or ""
    ending = "\r\n" if "\r\n" in text else "\n"
    before = "" if text[: after.end].endswith("\n") else ending
    new = splice(text, [(after.end, after.end, f"{before}{line}{'' if before else ending}")])
    return (Edit(request.place.dockerfile, text, new),)


def _instructions(stages: tuple[Stage, ...], words: tuple[str, ...]) -> Iterator[Instruction]:
    for stage in stages:
        yield from (one for one in reversed(stage.instructions) if one.word in words)


def _spot(one: Instruction, name: str) -> tuple[int, int] | None:
    found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", one.said.text)
    return found.span() if found else None
