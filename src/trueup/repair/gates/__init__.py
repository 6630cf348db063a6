"""Refuses proposals before anything is built, whoever made them.

A gate sees texts and answers with sentences. It changes nothing and knows no file. Where a
gate is in doubt it refuses: an author is told why, and a person may commit what a gate will not.
"""

from collections.abc import Iterator

from trueup.model.repair import Edit, Refusal, Request
from trueup.repair.gates.additions import brought
from trueup.repair.gates.amount import Limits, oversized
from trueup.repair.gates.characters import unclean
from trueup.repair.gates.content import disguised
from trueup.repair.gates.digests import undigested
from trueup.repair.gates.images import rebased
from trueup.repair.gates.parsed import broken
from trueup.repair.gates.places import misplaced
from trueup.repair.gates.removals import removed
from trueup.repair.gates.repeats import repeated
from trueup.repair.gates.secrets import confided
from trueup.repair.gates.sources import unsourced

USUAL = Limits()


def refused(
    edits: tuple[Edit, ...], request: Request, limits: Limits = USUAL
) -> tuple[Refusal, ...]:
    """Return every reason not to build these edits; empty if there is none.

    Each round relies on the one before: nothing is parsed that is too large or has characters
    that hide something, nothing is compared that does not parse.
    """
    for gate in (_places, _texts, _meanings):
        if found := tuple(gate(edits, request, limits)):
            return found
    return ()


def _places(edits: tuple[Edit, ...], request: Request, limits: Limits) -> Iterator[Refusal]:
    yield from misplaced(edits, request)
    yield from oversized(edits, limits)


def _texts(edits: tuple[Edit, ...], request: Request, _limits: Limits) -> Iterator[Refusal]:
    for edit in edits:
        yield from unclean(edit) or broken(edit, request.place) or disguised(edit)


def _meanings(edits: tuple[Edit, ...], request: Request, _limits: Limits) -> Iterator[Refusal]:
    yield from repeated(edits, request)
    for edit in edits:
        yield from removed(edit, request)
        yield from undigested(edit)
        yield from rebased(edit, request.place)
        yield from unsourced(edit, request.place)
        yield from brought(edit, request.place)
        yield from confided(edit, request.place)
