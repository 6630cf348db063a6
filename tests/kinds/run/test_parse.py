"""What a Run document says becomes values; the digest is the same for the same work."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.run.words import spec
from trueup.documents.check import check
from trueup.kinds.run.parse import terms
from trueup.kinds.run.spec import (
    Ask,
    AuthorSpec,
    Budget,
    Build,
    Given,
    Patch,
    Publish,
    Restart,
    Target,
    Verify,
)
from trueup.model.checks import Http, Log

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/run.json").read_text())


def test_a_target_is_all_that_must_be_said() -> None:
    one = spec()

    assert one.target == Target("shop", "api")
    assert one.steps == (Patch(), Build(), Restart(), Verify(), Publish())
    assert one.steps[0] == Patch((AuthorSpec("rules"), AuthorSpec("model")), ())
    assert (one.steps[1], one.steps[2]) == (Build(1200.0), Restart("auto"))
    assert one.budget == Budget(3, 60_000, 0.5, 3600.0)
    assert (one.instruction, one.inputs, one.priority) == ("", {}, "normal")
    assert (one.request, one.begin, one.suspended, one.suspended_until) == ("", "", "", "")


def test_a_target_may_be_a_folder() -> None:
    one = spec(target={"path": "docs"}, steps=["patch", "publish"])

    assert (one.target, str(one.target), one.target.stack) == (Target(path="docs"), "docs", "")


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("patch", Patch()),
        ({"patch": {"files": ["a/*.txt"]}}, Patch(files=("a/*.txt",))),
        ({"patch": {"authors": ["rules"]}}, Patch((AuthorSpec("rules"),))),
        ({"patch": {"authors": [{"model": "x"}]}}, Patch((AuthorSpec("model", "x"),))),
        (
            {"patch": {"authors": [{"diff": {"text": "-"}}]}},
            Patch((AuthorSpec("diff", diff="-"),)),
        ),
        (
            {"patch": {"authors": [{"diff": {"file": "f"}}]}},
            Patch((AuthorSpec("diff", file="f"),)),
        ),
        ({"ask": {"answer": "a", "prompt": "p", "schema": {}}}, Ask("a", "p", {}, "")),
        ("build", Build()),
        ({"build": {"timeout": "90s"}}, Build(90.0)),
        ("restart", Restart()),
        ({"restart": {"mode": "preview"}}, Restart("preview")),
        ("verify", Verify()),
        ({"verify": [{"http": {"url": "http://api/"}}]}, Verify((Http("api", "http://api/"),))),
        (
            {"verify": [{"log": {"pattern": "x", "absent": True}}]},
            Verify((Log("api", "x", absent=True),)),
        ),
        ("publish", Publish()),
        ({"publish": {"to": "branch", "branch": "b"}}, Publish("branch", "b")),
    ],
    ids=str,
)
def test_a_step_is_a_name_or_a_mapping(said: Any, step: Any) -> None:
    assert spec(steps=[said]).steps == (step,)


def test_every_other_field_is_read() -> None:
    one = spec(
        instruction="mend it",
        inputs={"notes": {"text": "a"}, "plan": {"file": "b.md"}},
        budget={"attempts": 5, "tokens": 7, "cost": 1, "time": "2h"},
        priority="high",
        requestedAt=20300101,
        suspend={"reason": "later", "until": "2030-01-31"},
        **{"from": "build"},
    )

    assert one.instruction == "mend it"
    assert one.inputs == {"notes": Given("a"), "plan": Given(file="b.md")}
    assert one.budget == Budget(5, 7, 1.0, 7200.0)
    assert (one.priority, one.request, one.begin) == ("high", "20300101", "build")
    assert (one.suspended, one.suspended_until) == ("later", "2030-01-31T00:00:00+00:00")


def test_what_the_engine_must_know_is_told() -> None:
    said = terms(spec(requestedAt="again", budget={"time": "5m"}, **{"from": "verify"}))

    assert (said.requested_at, said.begin, said.timeout) == ("again", "verify", 300.0)
    assert said.memory == {"target": "shop/api"}


@pytest.mark.parametrize(
    "more",
    [
        {"requestedAt": "again"},
        {"from": "build"},
        {"suspend": True},
        {"priority": "high"},
        {"x-note": "of mine"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_what_asks_for_another_try_or_for_none_is_no_other_work(more: dict[str, Any]) -> None:
    assert spec(**more).digest == spec().digest


@pytest.mark.parametrize(
    "more",
    [
        {"instruction": "mend it"},
        {"preset": "repair"},
        {"steps": ["build"]},
        {"inputs": {"notes": {"text": "a"}}},
        {"budget": {"attempts": 2}},
        {"target": {"stack": "shop", "service": "db"}},
    ],
    ids=lambda said: next(iter(said)),
)
def test_what_says_something_else_is_other_work(more: dict[str, Any]) -> None:
    assert spec(**more).digest != spec().digest


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "spec.target"),
        ({"target": {"stack": "shop"}}, "spec.target"),
        ({"target": {"stack": "shop", "service": "api", "path": "a"}}, "spec.target"),
        ({"target": {"path": "../a"}}, "spec.target.path"),
        ({"steps": ["deploy"]}, "spec.steps[0]"),
        ({"steps": []}, "spec.steps"),
        ({"steps": [{"patch": {}, "build": {}}]}, "spec.steps[0]"),
        ({"steps": ["build"], "preset": "repair"}, "spec"),
        ({"budget": {"attempts": 0}}, "spec.budget.attempts"),
        ({"budget": {"attempts": 11}}, "spec.budget.attempts"),
        ({"inputs": {"a": {"text": "a", "file": "b"}}}, "spec.inputs.a"),
        ({"from": "deploy"}, "spec.from"),
        ({"retries": 3}, "spec.retries"),
    ],
    ids=str,
)
def test_a_wrong_document_is_refused_at_the_field(said: dict[str, Any], field: str) -> None:
    body = said if not said or "target" in said else {"target": {"path": "a"}, **said}
    head = {"apiVersion": "trueup/v1", "kind": "Run", "metadata": {"name": "fix"}}

    found = check("fix.yaml", yaml.safe_dump({**head, "spec": body}), SCHEMA)

    assert field in {one.field for one in found.problems}
