"""Holds what a project reaches for against the rules, and says what to write to allow it. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import starmap
from typing import Any

from trueup.kinds.stack.reach.ground import Ground
from trueup.kinds.stack.reach.need import READ_ONLY, Need, allowed
from trueup.kinds.stack.reach.service import service_needs
from trueup.kinds.stack.reach.shared import shared_needs
from trueup.model.allowance import Allowance
from trueup.model.errors import SpecError

MOST = 50
PLAIN = re.compile(
    r"(?!(?:true|false|yes|no|on|off|y|n|null)\Z)[A-Za-z_/][\w./-]*", re.ASCII | re.IGNORECASE
)
FLAGS = frozenset({"privileged", "dockerSocket"})


class NotAllowedError(SpecError):
    """A compose project reaches outside itself, and no rule of this host allows it."""

    def __init__(self, stack: str, needs: Iterable[Need]) -> None:
        found = tuple(dict.fromkeys(needs))
        self.violations = tuple(_listed(found))
        self.rules = tuple(_rules(stack, [one for one in found if one.word]))
        rest = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        what = f"what {stack} reaches outside its project is not allowed on this host"
        super().__init__(what, f"{found[0]}{rest}", remedy(stack, found))


def refuse(model: Mapping[str, Any], ground: Ground, source: str, stack: str) -> None:
    """Refuse a model that reaches for more than it may.

    Raises:
        NotAllowedError: it does.
    """
    services = model.get("services") or {}
    needs = [one for name, said in services.items() for one in service_needs(name, said, ground)]
    forbid([*needs, *shared_needs(model, ground)], ground, source, stack)


def forbid(needs: Iterable[Need], ground: Ground, source: str, stack: str) -> None:
    """Refuse the needs that no rule for a stack of a source allows.

    Raises:
        NotAllowedError: there are some.
    """
    needs = tuple(needs)
    rules = tuple(one for one in ground.host.rules if _is_for(one, source, stack)) if needs else ()
    missing = [one for one in needs if not allowed(one, rules, ground.real)]
    if missing:
        raise NotAllowedError(stack, missing)


def remedy(stack: str, needs: Sequence[Need]) -> str:
    """Return what to do, with the lines that allow exactly these needs."""
    lines = [f"`- {one}`" for one in _rules(stack, [one for one in needs if one.word])]
    if not lines:
        return "Take it out of the compose file."
    text = "Take it out of the compose file, or allow it in trueup.yaml, under `allow:`, with "
    more = " The rest cannot be allowed." if any(not one.word for one in needs) else ""
    more = (
        f" There are more than {MOST}: these are the first.{more}" if len(needs) > MOST else more
    )
    return f"{text}{' and '.join(lines)}.{more}"


def _rules(stack: str, needs: Sequence[Need]) -> Iterator[str]:
    """Yield a rule for each group of services that need the same."""
    by_service: dict[str, dict[str, dict[str, None]]] = {}
    for one in needs[:MOST]:
        words = by_service.setdefault(one.service, {}).setdefault(one.word, {})
        words[one.value + (READ_ONLY if one.read_only else "")] = None
    groups: dict[tuple[bool, str], list[str]] = {}
    for service, grants in by_service.items():
        grant = ", ".join(starmap(_grant, grants.items()))
        groups.setdefault((bool(service), grant), []).append(service)
    for (own, grant), services in groups.items():
        named = f"services: [{', '.join(map(_plain, services))}], " if own else ""
        yield f"{{stacks: [{_plain(stack)}], {named}{grant}}}"


def _grant(word: str, values: Iterable[str]) -> str:
    said = "true" if word in FLAGS else f"[{', '.join(map(_plain, values))}]"
    return f"{word}: {said}"


def _plain(value: str) -> str:
    return value if PLAIN.fullmatch(value) else json.dumps(value)


def _is_for(rule: Allowance, source: str, stack: str) -> bool:
    return any(fnmatchcase(stack, one) for one in rule.stacks) and any(
        fnmatchcase(source, one) for one in rule.sources
    )


def _listed(needs: tuple[Need, ...]) -> Iterator[str]:
    yield from (f"{one} (not allowed)" for one in needs[:MOST])
    if len(needs) > MOST:
        yield f"and {len(needs) - MOST} more"
