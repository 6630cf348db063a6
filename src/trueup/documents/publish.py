"""The schemas that editors read: the shared envelope around what each kind says of itself.

The documents are checked against the very same schemas, so the two cannot disagree.
Returns text; knows nothing of where it goes.
"""

import json
import pkgutil
from collections.abc import Mapping
from typing import Any

from trueup.documents.confirm import confirm_schema

Schema = Mapping[str, Any]


def published(kinds: Mapping[str, Schema], configuration: Schema) -> Mapping[str, str]:
    """Return the published schemas as file name → text.

    `kinds` maps the name of a kind to the schema of its `spec`.
    """
    files = {f"{kind.lower()}.json": enveloped(kind, spec) for kind, spec in kinds.items()}
    files["trueup.json"] = completed(configuration)
    files["confirm.json"] = completed(confirm_schema())
    return {name: f"{json.dumps(schema, indent=2)}\n" for name, schema in files.items()}


def enveloped(kind: str, spec: Schema) -> dict[str, Any]:
    """Return the schema of a whole document of one kind."""
    envelope = _envelope()
    fields = envelope["properties"] | {
        "kind": {"description": f"What the document describes: write {kind}.", "enum": [kind]},
        "spec": {key: value for key, value in spec.items() if key != "$defs"},
    }
    definitions = {**envelope["$defs"], **spec.get("$defs", {})}
    return {**envelope, "title": kind, "properties": fields, "$defs": definitions}


def completed(schema: Schema) -> dict[str, Any]:
    """Return a schema with the definitions that all schemas share."""
    envelope = _envelope()
    definitions = {**envelope["$defs"], **schema.get("$defs", {})}
    return {"$schema": envelope["$schema"], **schema, "$defs": definitions}


def _envelope() -> dict[str, Any]:
    text = pkgutil.get_data("trueup.documents", "envelope.json") or b""
    envelope: dict[str, Any] = json.loads(text)
    return envelope
