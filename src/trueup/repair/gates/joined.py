"""Refuses new ways for a RUN to go on after a failure, or to leave out what it says.

Looks at a text without what stands in quotes. What the same Dockerfile had before may stay.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.instructions import Instruction, Malformed, instructions

QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", re.DOTALL)
REDIRECTED = re.compile(r"[<>]+\|?&[\d-]?|&>+|;;")
STRICT = re.compile(r"\s*set (?:-\w+ )*-(?:\w*e|o errexit)")
PIPED = re.compile(r"\bpipefail\b")
JOINS = re.compile(r"\|\|(?! *\(? *(?:exit [1-9]|false\b))|(?<!\|)\|(?!\|)|(?<!&)&(?!&)")
APART = re.compile(r"[;\n](?! *(?:(?:do|then|else|elif|fi|done|esac)\b|\}))(?=.*\S)")
CONDITIONS = re.compile(r"(?:^|[\s;&|(])(?:if|while|until|case|!)(?=\s)")
COMMENT = re.compile(r"(?:^|[\s;&|()])#")


def lenient(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal for each RUN that newly passes over failures, or has new comments."""
    try:
        before = instructions(edit.before or "")
    except Malformed:
        before = ()
    after = instructions(edit.after)
    known = Counter(way for one in _others(before, after) for way in _ways(one))
    for one in _others(after, before):
        new = Counter(_ways(one)) - known
        known -= Counter(_ways(one))
        for way in sorted(new):
            says = f'"{way}" in a RUN lets it go on after a failure, or leaves something out'
            yield Refusal("ignored-failure", edit.path, one.line, says)


def _others(some: tuple[Instruction, ...], known: tuple[Instruction, ...]) -> list[Instruction]:
    """Return each RUN that the other Dockerfile does not have."""
    texts = {one.text for one in known}
    return [one for one in some if one.keyword == "RUN" and one.text not in texts]


def _ways(one: Instruction) -> Iterator[str]:
    """Yield whatever could make a failure pass, or a command be none."""
    said = QUOTED.sub("q", one.value)
    text = REDIRECTED.sub(" ", f"{said}\n{one.body}" if one.body else said)
    if _listed(one):
        return
    if not STRICT.match(one.body or one.value):
        yield from (";" for _ in APART.finditer(one.body or text))
    joins = [found.group() for found in JOINS.finditer(text)]
    yield from (join for join in joins if join != "|" or not PIPED.search(text))
    yield from (found.group().strip(" \n\t;&|(") for found in CONDITIONS.finditer(text))
    yield from ("#" for _ in COMMENT.finditer(text))


def _listed(one: Instruction) -> bool:
    """Say whether a RUN is a list in JSON, which no shell reads."""
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(one.value), list) and not one.body
    return False
