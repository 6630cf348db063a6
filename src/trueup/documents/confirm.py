"""The file in which the people of a source agree to what would wait for them otherwise.

It describes no resource, so it has neither kind nor name. Knows nothing of what waits.
"""

import json
import pkgutil
from collections.abc import Iterable, Mapping
from typing import Any

from trueup.model.consent import Consent
from trueup.model.key import parse_key

FIELD = "confirm"


def confirm_schema() -> Mapping[str, Any]:
    """Return the schema of the file."""
    text = pkgutil.get_data("trueup.documents", "confirm.json") or b""
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def confirms(body: Mapping[str, Any]) -> bool:
    """Whether a document of ours is such a file."""
    return FIELD in body and "kind" not in body


def consent_of(body: Mapping[str, Any]) -> Consent:
    """Return what a file agrees to that passed its schema."""
    said = body[FIELD]
    keys = frozenset(map(parse_key, said.get("removals", ())))
    return Consent(keys, frozenset(said.get("plans", ())))


def joined(consents: Iterable[Consent]) -> Consent:
    """Return what several files agree to together."""
    every = tuple(consents)
    removals = frozenset(key for one in every for key in one.removals)
    return Consent(removals, frozenset(plan for one in every for plan in one.plans))
