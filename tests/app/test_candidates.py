"""What a Run puts forward for its stack, and what it tells those that it asks."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes import FakeRecords
from trueup.app.runs import authors
from trueup.app.runs.authors import Authors
from trueup.app.runs.leases import Leases
from trueup.app.runs.trials import Trials
from trueup.kinds.run.parse import parse
from trueup.model.bench import Evidence
from trueup.model.checks import Log
from trueup.model.key import Key
from trueup.model.repair import Place, Usage
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Phase, Work

RUN, WEB = Key("Run", "fix"), Key("Stack", "web")
HANDED = Work(
    "a", Phase.RUNNING, holds="Stack/web", handed=True, candidate="4444", pattern="boom .*"
)


def said(*steps: Any) -> Any:
    body: dict[str, Any] = {"target": {"stack": "web", "service": "api"}}
    if steps:
        body["steps"] = [*steps]
    return parse({"kind": "Run", "spec": body})


def over(run: Resource[Any]) -> Resource[Any]:
    """Return the stack with what a Run that is handed over makes of it."""
    records: Any = FakeRecords({RUN: Status(RUN, work=HANDED)})
    wishes: Any = {RUN: run}
    tree: Any = SimpleNamespace(root="/repo")
    trials = Trials(wishes, records, Leases(records, tuple), lambda _: tree, lambda _: "/work")
    stack: Resource[Any] = Resource(WEB, None, "web.yaml", "repo", "origin", "base")
    found = trials.over(stack)
    assert found is not None
    return found


def run(*steps: Any) -> Resource[Any]:
    return Resource(RUN, said(*steps), "fix.yaml", "repo", "origin", "base")


def test_of_a_candidate_the_error_that_began_it_must_be_gone() -> None:
    found = over(run()).candidate

    assert found is not None
    assert found.checks == (Log("api", "boom .*", absent=True),)


def test_a_candidate_that_nobody_verifies_has_no_checks_of_its_own() -> None:
    found = over(run("patch", "build", "restart")).candidate

    assert found is not None
    assert found.checks == ()


def test_a_run_whose_document_says_something_else_puts_nothing_forward() -> None:
    found = over(replace(run(), superseded="it says something else"))

    assert (found.candidate, found.leased) == (None, "Run/fix")


def test_what_earlier_attempts_have_used_is_not_left_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = Work("a", usage=Usage(sent=50_000, received=4_000, cost=0.2))
    view: Any = SimpleNamespace(
        run=run(),
        work=used,
        evidence=Evidence,
        yard=SimpleNamespace(workshop=SimpleNamespace(files=lambda _: None)),
        site=SimpleNamespace(wishes={WEB: SimpleNamespace()}, records=FakeRecords({}), looks=None),
    )
    monkeypatch.setattr(authors, "place_of", lambda *_: Place("api", "api/Dockerfile"))

    asked = Authors(view).request(())

    assert asked.tokens == 6_000
    assert asked.cost == pytest.approx(0.3)
