"""What each kind means: one folder per kind, one line per kind in this table."""

import json
from collections.abc import Mapping
from pkgutil import get_data
from typing import Any

from trueup.kinds.stack.parse import parse, terms
from trueup.model.kind import Kind
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


KINDS: Mapping[str, Kind[Any, Any]] = {
    "Stack": Kind("Stack", schema("stack"), parse, _observe, _plan, terms),
}
