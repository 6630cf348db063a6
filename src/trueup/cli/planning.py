"""`trueup plan` and `trueup diff`: what would be done, and what differs. They change nothing."""

import argparse
from collections.abc import Sequence
from typing import Any

from trueup.app.foresee import Foreseen, foresee
from trueup.app.glance import Glance, glance
from trueup.app.keys import keys_of
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.model.errors import Problem
from trueup.report.plans import as_values, course_values
from trueup.report.records import json_of

DONE, ERROR, CHANGES = 0, 1, 2


def plan(arguments: argparse.Namespace) -> int:
    """Print what would be done about each stack and run, and why."""
    seen = glance(settings_of(arguments), host=not arguments.key)
    keys = keys_of(arguments.key, seen.documents())
    foreseen = foresee(seen.site, keys)
    loose = (*seen.refused(keys), *(() if arguments.key else seen.site.wishes.loose()))
    if arguments.output == "json":
        show.say(json_of([_values(one) for one in foreseen]))
    else:
        _tell(foreseen)
    _complain(seen, loose, foreseen)
    return _code(seen, loose, foreseen)


def diff(arguments: argparse.Namespace) -> int:
    """Print how what git wants differs from the last verified release."""
    from trueup.app.compare import compare

    seen = glance(settings_of(arguments))
    (key,) = keys_of([arguments.key], seen.documents())
    _complain(seen, (), ())
    show.say(compare(seen.site, key))
    return ERROR if seen.errors else DONE


def _tell(foreseen: Sequence[Foreseen]) -> None:
    for one in foreseen:
        if one.problems:
            show.say(_invalid(one))
        if one.plan is not None:
            show.say(str(one.plan))
        if one.course is not None:
            show.say(str(one.course))
        if one.hold is not None:
            show.say(f"  held     {one.hold.reason}: {one.hold.message}")
    if not foreseen:
        show.say("nothing is wanted, and nothing is known to remove")


def _invalid(one: Foreseen) -> str:
    """Return that a document is not valid, and what stays in force."""
    left = "what follows is for its last good version, which stays in force"
    head = f"{one.key} Invalid: the document is not valid; "
    lines = [
        head + (left if one.plan or one.course or one.error else "no version of it is in force")
    ]
    return "\n".join([*lines, *(f"  invalid  {problem}" for problem in one.problems)])


def _values(one: Foreseen) -> dict[str, Any]:
    hold = {"reason": one.hold.reason, "message": one.hold.message} if one.hold else None
    said = as_values(one.plan) if one.plan else {"key": str(one.key)}
    said |= course_values(one.course) if one.course else {}
    more: dict[str, Any] = {
        "valid": not one.problems,
        "problems": [str(problem) for problem in one.problems],
    }
    return said | more | {"held": hold, "error": one.error.text if one.error else None}


def _complain(seen: Glance, loose: Sequence[Problem], foreseen: Sequence[Foreseen]) -> None:
    """Say on standard error what is wrong, each thing once."""
    lines = [*seen.errors, *map(str, loose)]
    for one in foreseen:
        lines += map(str, one.problems)
        lines += [f"{one.key}: {one.error.text}"] if one.error else []
    for line in dict.fromkeys(lines):
        show.warn(f"trueup: {line}")


def _code(seen: Glance, loose: Sequence[Problem], foreseen: Sequence[Foreseen]) -> int:
    if seen.errors or loose or any(one.wrong for one in foreseen):
        return ERROR
    return CHANGES if any(one.changes for one in foreseen) else DONE
