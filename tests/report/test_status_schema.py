"""The schema of status files: every field explained, and true of what is really written."""

from dataclasses import fields, replace
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft202012Validator

from tests.report.statuses import EMPTY, FULL, ROLLED_BACK
from trueup.model.status import Status
from trueup.report.codec import camel
from trueup.report.records import to_text
from trueup.report.schema import WORDS, status_schema

SCHEMA = status_schema(["Stack"])
CHECKER = Draft202012Validator(SCHEMA)


def wrong(text: str) -> list[str]:
    """Return what the schema says against a status file."""
    return [error.message for error in CHECKER.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("status", [EMPTY, FULL, ROLLED_BACK], ids=["empty", "full", "bad"])
def test_every_status_that_is_written_fits_the_schema(status: Status) -> None:
    assert wrong(to_text(status)) == []


def test_every_field_of_a_full_status_is_in_the_file_and_the_schema() -> None:
    said = yaml.safe_load(to_text(FULL))["status"]

    assert set(said) == {camel(one.name) for one in fields(Status)} - {"key"}
    assert set(said) == set(SCHEMA["$defs"]["Status"]["properties"])


def test_fields_that_nobody_writes_are_refused() -> None:
    assert wrong(to_text(FULL).replace("observedDigest:", "observedHash:")) != []
    assert wrong(to_text(FULL).replace("sync: Synced", "sync: Perhaps")) != []
    assert wrong(to_text(replace(FULL, tries=3)).replace("tries: 3", "tries: three")) != []


def test_every_field_of_every_part_is_explained() -> None:
    def explained(node: Any) -> None:
        for field in node.get("properties", {}).values():
            assert field.get("description", "").endswith(".") or "$ref" in field, field
            explained(field)

    explained(SCHEMA)
    for one in WORDS:
        definition = SCHEMA["$defs"][one.__name__]
        assert definition["description"]
        explained(definition)
        assert set(WORDS[one]) == {field.name for field in fields(one)} - {"key"}
