"""What each kind means: one folder per kind, one line per kind in this table."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from trueup.kinds.stack.observe import observe
from trueup.kinds.stack.parse import parse, terms
from trueup.kinds.stack.plan import plan
from trueup.model.kind import Kind


def schema(kind: str) -> Mapping[str, Any]:
    """Return the JSON Schema of a kind's `spec`."""
    text = files("trueup.kinds").joinpath(kind, "schema.json").read_text(encoding="utf-8")
    said: Mapping[str, Any] = json.loads(text)
    return said


KINDS: Mapping[str, Kind[Any, Any]] = {
    "Stack": Kind("Stack", schema("stack"), parse, observe, plan, terms),
}
