"""What each kind means: one folder per kind, one line per kind in this table."""

import json
from collections.abc import Mapping
from pkgutil import get_data
from typing import Any

from trueup.kinds.run import parse as run
from trueup.kinds.stack.parse import parse, terms
from trueup.model.bench import Bench
from trueup.model.course import Course
from trueup.model.kind import Finite, Kind, Terms
from trueup.model.plan import Plan
from trueup.model.ports import Looks
from trueup.model.resource import Resource
from trueup.model.status import Status


def schema(kind: str) -> Mapping[str, Any]:
    """Return the JSON Schema of a kind's `spec`."""
    said: Mapping[str, Any] = json.loads(get_data("trueup.kinds", f"{kind}/schema.json") or b"")
    return said


def _observe(resource: Resource[Any], status: Status, looks: Looks) -> Any:
    """Look at a Stack. What rests is never looked at, and most of the kind never imported."""
    from trueup.kinds.stack.observe import observe

    return observe(resource, status, looks)


def _plan(resource: Resource[Any], facts: Any, status: Status) -> Plan:
    """Plan a Stack."""
    from trueup.kinds.stack.plan import plan

    return plan(resource, facts, status)


def _look(resource: Resource[Any], status: Status, bench: Bench) -> Any:
    """Look at a Run."""
    from trueup.kinds.run.observe import observe

    return observe(resource, status, bench)


def _course(resource: Resource[Any], facts: Any, status: Status, terms: Terms) -> Course:
    """Decide what a Run does next."""
    from trueup.kinds.run.course import course

    return course(resource, facts, status, terms)


STANDING: Mapping[str, Kind[Any, Any]] = {
    "Stack": Kind("Stack", schema("stack"), parse, _observe, _plan, terms),
}
"""What always is."""

FINITE: Mapping[str, Finite[Any, Any]] = {
    "Run": Finite("Run", schema("run"), run.parse, _look, _course, run.terms),
}
"""What comes to an end."""

KINDS: Mapping[str, Kind[Any, Any] | Finite[Any, Any]] = {**STANDING, **FINITE}
