"""Answers of another compose about the same files become what they were."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from trueup.adapters.docker.baseline import as_plain, from_plain, shifts, taken_back

OLD = {"services": {"web": {"image": "web:1", "ports": [{"target": 80}]}, "db": {"image": "db"}}}
NEW = {
    "services": {
        "web": {"image": "docker.io/web:1", "ports": [{"target": 80, "mode": "ingress"}]},
        "db": {"image": "db", "init": False},
    }
}

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=3),
    lambda inner: some.lists(inner, max_size=2) | some.dictionaries(some.text(max_size=2), inner),
    max_leaves=8,
)
FIELDS = some.dictionaries(some.text(max_size=2), VALUES, max_size=3)
MODELS = some.fixed_dictionaries(
    {"services": some.fixed_dictionaries({"web": FIELDS, "db": FIELDS})}
)


def edited(**services: dict[str, Any]) -> dict[str, Any]:
    return {"services": {**NEW["services"], **services}}


def test_the_same_files_are_the_same_as_before() -> None:
    assert taken_back(NEW, shifts(OLD, NEW)) == OLD


def test_a_service_that_was_edited_is_the_only_one_that_differs() -> None:
    after = edited(web={"image": "docker.io/web:2", "ports": [{"target": 80, "mode": "ingress"}]})
    found = taken_back(after, shifts(OLD, NEW))
    assert found["services"]["db"] == OLD["services"]["db"]
    assert found["services"]["web"] == {"image": "docker.io/web:2", "ports": [{"target": 80}]}


def test_a_service_that_is_gone_is_not_brought_back() -> None:
    after = {"services": {"web": NEW["services"]["web"]}}
    assert taken_back(after, shifts(OLD, NEW))["services"].keys() == {"web"}


def test_what_the_new_one_leaves_out_is_put_back() -> None:
    before = {"services": {"web": {"image": "web", "scale": 1}}}
    after = {"services": {"web": {"image": "web"}}}
    assert taken_back(after, shifts(before, after)) == before


def test_a_service_that_is_taken_out_of_the_file_later_stays_out() -> None:
    known = shifts(OLD, {"services": {"web": OLD["services"]["web"]}})
    assert known == ()


def test_an_answer_is_never_changed_in_place() -> None:
    before = json.dumps(NEW)
    taken_back(NEW, shifts(OLD, NEW))
    assert json.dumps(NEW) == before


def test_a_baseline_that_is_none_counts_as_nothing() -> None:
    assert from_plain(None) == from_plain([1]) == from_plain("x") == ()


@given(MODELS, MODELS)
def test_any_two_answers_about_the_same_files_become_equal(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    known = from_plain(json.loads(json.dumps(as_plain(shifts(old, new)))))
    assert taken_back(new, known) == old


@given(MODELS, MODELS)
def test_nothing_is_taken_back_where_nothing_differs(
    model: dict[str, Any], other: dict[str, Any]
) -> None:
    assert shifts(model, model) == ()
    assert taken_back(other, ()) == other
