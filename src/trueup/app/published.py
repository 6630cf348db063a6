"""The JSON Schemas that are published: of each kind, of the configuration, of status files."""

from collections.abc import Mapping

from trueup.documents.publish import published
from trueup.kinds import KINDS
from trueup.report.records import json_of
from trueup.report.schema import status_schema
from trueup.settings import schema


def publications() -> Mapping[str, str]:
    """Return the schemas as file name → text."""
    documents = published({name: kind.schema for name, kind in KINDS.items()}, schema())
    return {**documents, "status.json": json_of(status_schema(list(KINDS)))}
