"""What a Run does next, as text: every obstacle, every step, every end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.kinds.run.words import (
    AT,
    BUILD,
    BUILT,
    NOW,
    PASSES,
    PATCH,
    PLAN,
    PULL,
    SHOWN,
    decided,
    facts,
    foresees,
    memory,
    next_of,
    ready,
    sight,
    spec,
    trial,
)
from trueup.model.bench import Evidence
from trueup.model.course import Begin, Make
from trueup.model.repair import Proposal
from trueup.model.status import Quarantine
from trueup.model.work import Phase, Stage, Tried, Work

FOLDER = spec(target={"path": "docs"}, steps=["patch", "publish"])
QUESTION = {"ask": {"answer": "why", "prompt": "Why?", "schema": {}}}


def begins(work: Work | None, **said: Any) -> Work:
    """Return the memory of what is begun."""
    act = decided(facts(), work, spec(**said)).act
    assert isinstance(act, Begin), act
    return act.work


def over(phase: Phase = Phase.FAILED, **more: Any) -> Work:
    """Return the memory of a Run that has ended at its restart, with a patch."""
    done = memory(stage=2, attempt=3, phase=phase, failed="it does not answer", **more)
    return replace(done, reason="AttemptsUsedUp", steps=_failed(done))


def _failed(work: Work) -> tuple[Stage, ...]:
    return tuple(
        replace(one, state="Failed") if n == work.stage else one
        for n, one in enumerate(work.steps)
    )


# Whole courses


def test_a_course_that_begins_shows_every_step_ahead() -> None:
    assert str(decided(facts())) == (
        "Run/fix Running: begins attempt 1\n"
        "1         patch    asks rules, then model\n"
        "2         build    what the patch changes\n"
        "3         restart  a preview where that is possible, then the live service\n"
        "4         verify   the checks of the stack\n"
        "5         publish  as configured\n"
    )


def test_a_course_under_way_shows_what_has_become_of_the_steps_before() -> None:
    assert str(decided(facts(foreseen=foresees()), memory(stage=1))) == (
        "Run/fix Running: fetches and builds what the candidate needs\n"
        "succeeded patch    done\n"
        "2         build    what the patch changes\n"
        "3         restart  a preview where that is possible, then the live service\n"
        "4         verify   the checks of the stack\n"
        "5         publish  as configured\n"
        "  build    api -> api:4444  cause: new\n"
    )


# Beginning


def test_the_first_try_is_attempt_one_of_generation_one() -> None:
    work = begins(None)

    assert (work.generation, work.attempt, work.first, work.stage) == (1, 1, 1, 0)
    assert (work.phase, work.started_at) == (Phase.RUNNING, NOW.isoformat())


def test_another_spec_is_another_generation_and_attempts_go_on_counting() -> None:
    work = begins(over(), instruction="another")

    assert (work.generation, work.attempt, work.first, work.tries) == (2, 4, 4, ())
    assert (work.files, work.usage.calls, work.answers) == ((), 0, {})


def test_another_spec_while_it_works_takes_back_first() -> None:
    assert (
        next_of(facts(), memory(stage=2), spec(instruction="another"))
        == "Running: fails: its document says something else by now"
    )
    going = memory(stage=2, failed="its document says something else by now", fault="Superseded")
    assert (
        next_of(facts(), going, spec(instruction="another"))
        == "Running: ends Canceled: its document says something else by now"
    )


@pytest.mark.parametrize("request_", ["", "seen"])
def test_work_that_has_ended_rests_without_a_new_request(request_: str) -> None:
    assert next_of(facts(), over(request="seen"), spec(requestedAt=request_)) == (
        "Failed: nothing to do"
    )


def test_a_new_request_begins_with_the_first_step_and_a_fresh_budget() -> None:
    work = begins(over(request="seen"), requestedAt="new")

    assert (work.request, work.attempt, work.first, work.generation) == ("new", 4, 4, 1)
    assert (work.stage, work.reuse, work.files) == (0, 0, ())


@pytest.mark.parametrize("step", ["build", "restart", "publish"])
def test_a_request_for_a_later_step_uses_the_patch_again(step: str) -> None:
    work = begins(over(), requestedAt="new", **{"from": step})

    assert (work.stage, work.reuse, work.steps[0].state) == (0, 3, "Pending")


def test_a_request_for_a_later_step_asks_anew_where_there_is_no_patch() -> None:
    work = begins(replace(over(), files=()), requestedAt="new", **{"from": "build"})

    assert (work.stage, work.reuse) == (0, 0)


def test_answers_before_the_step_that_is_named_are_used_again() -> None:
    one = {"steps": [QUESTION, "patch"]}
    before = memory(spec(**one), stage=2, phase=Phase.FAILED, answers={"why": "{}"})

    later = begins(before, requestedAt="new", **{"from": "patch"}, **one)
    first = begins(before, requestedAt="new", **one)

    assert (later.stage, later.answers, later.steps[0].state) == (1, {"why": "{}"}, "Succeeded")
    assert (first.stage, first.answers, first.steps[0].state) == (0, {}, "Pending")


def test_without_a_patch_it_begins_with_the_step_that_is_named() -> None:
    one = {"steps": ["build", "restart", "verify"]}
    before = memory(spec(**one), stage=2, phase=Phase.FAILED, files=())

    work = begins(before, requestedAt="new", **{"from": "restart"}, **one)

    assert [one.state for one in work.steps] == ["Succeeded", "Pending", "Pending"]


# Obstacles, in their order

ORDER = (
    "steps come in the order patch, build, restart, verify, publish, each once at most; "
    "ask may stand anywhere"
)


@pytest.mark.parametrize("steps", [["build", "patch"], ["patch", QUESTION, "patch"]], ids=str)
def test_steps_that_cannot_follow_each_other_are_refused(steps: list[Any]) -> None:
    one = spec(steps=steps)

    assert next_of(facts(), memory(one), one) == f"Running: fails: {ORDER}"


OBSTACLES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no stack": (
        {"stack": sight(there=False)},
        {},
        "fails: there is no Stack/shop",
    ),
    "a stack that is being removed": (
        {"stack": sight(leaving=True)},
        {},
        "fails: there is no Stack/shop",
    ),
    "a service that the stack has not": (
        {"stack": sight(services=frozenset({"db", "web"}))},
        {},
        "fails: Stack/shop has no service api; it has db, web",
    ),
    "services that nobody knows yet": (
        {"stack": sight(services=frozenset())},
        {"holds": ""},
        "leases Stack/shop",
    ),
    "another run": (
        {"holder": "Run/other"},
        {"holds": ""},
        "waits: Run/other works on Stack/shop, or comes first",
    ),
    "no lease": ({}, {"holds": ""}, "leases Stack/shop"),
    "a stack at work": (
        {"stack": sight(settled=False)},
        {"holds": ""},
        "waits: waits until Stack/shop has come to rest",
    ),
    "a stack at work, with a lease": (
        {"stack": sight(settled=False)},
        {},
        "waits: waits until Stack/shop has come to rest",
    ),
    "an older candidate": (
        {"stack": sight(trial=trial("Applied", "1.0"))},
        {},
        "waits: waits until Stack/shop has gone back from the candidate of Run/fix",
    ),
    "an older candidate that stays": (
        {"stack": sight(trial=trial("Kept", "1.0")), "proposal": PATCH},
        {},
        "edits api/requirements.txt  cause: rule/python-module: requires x",
    ),
    "time": (
        {},
        {"started_at": (NOW - timedelta(seconds=3601)).isoformat()},
        "fails: it took more than 3600s",
    ),
    "time, once it is published": (
        {},
        {
            "started_at": (NOW - timedelta(seconds=3601)).isoformat(),
            "commit": "c0ffee",
            "stage": 5,
        },
        "ends Succeeded: published as c0ffee. rule/python-module: api/requirements.txt",
    ),
    "what may pass": (
        {},
        {"next_at": (NOW + timedelta(seconds=30)).isoformat(), "message": "no answer"},
        "waits: no answer",
    ),
    "what may pass, and a clock that was put back": (
        {"proposal": PATCH},
        {
            "started_at": (NOW + timedelta(days=1)).isoformat(),
            "next_at": (NOW + timedelta(days=1)).isoformat(),
            "message": "no answer",
        },
        "edits api/requirements.txt  cause: rule/python-module: requires x",
    ),
    "what may have passed": (
        {"proposal": PATCH},
        {"next_at": NOW.isoformat(), "waits": 2, "message": "no answer"},
        "edits api/requirements.txt  cause: rule/python-module: requires x",
    ),
}


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_stands_in_the_way_is_told(name: str) -> None:
    seen, remembered, said = OBSTACLES[name]

    assert next_of(facts(**seen), memory(**remembered)) == f"Running: {said}"


@pytest.mark.parametrize("name", ["no stack", "a service that the stack has not", "time"])
def test_what_another_attempt_would_meet_as_well_is_final(name: str) -> None:
    seen, remembered, _ = OBSTACLES[name]
    act: Any = decided(facts(**seen), memory(**remembered)).act

    assert act.final
    assert act.reason in {"TargetMissing", "OverBudget"}


def test_a_run_whose_document_is_deleted_is_canceled() -> None:
    assert (
        next_of(facts(), memory(stage=2), leaving=True) == "Running: fails: its document is gone"
    )
    assert next_of(facts(), None, leaving=True) == "Pending: nothing to do"
    assert next_of(facts(), over(), leaving=True) == "Failed: nothing to do"


# Steps

STEPS: dict[str, tuple[int, dict[str, Any], dict[str, Any], str]] = {
    "no work tree": (
        0,
        {"opened": ""},
        {"base": ""},
        f"opens a work tree  cause: the source is at {AT[:12]}",
    ),
    "a work tree of another revision": (
        0,
        {"revision": "51d0", "proposal": PATCH},
        {},
        "opens a work tree  cause: the source is at 51d0",
    ),
    "nothing proposed": (0, {}, {}, "asks rules, then model (attempt 1 of 3)"),
    "nothing proposed the second time": (
        0,
        {},
        {"attempt": 5, "first": 4},
        "asks rules, then model (attempt 2 of 3)",
    ),
    "a proposal": (
        0,
        {"proposal": PATCH},
        {},
        "edits api/requirements.txt  cause: rule/python-module: requires x",
    ),
    "a proposal that needs a person": (
        0,
        {"proposal": Proposal("model/x", cannot="a decision is needed")},
        {},
        "fails: a decision is needed",
    ),
    "a failure that may pass": (
        0,
        {"evidence": Evidence("boom", PASSES, "boom")},
        {},
        "skipped: The registry did not answer. Nothing is edited; it is tried again.",
    ),
    "a failure that may pass, as a guess": (
        0,
        {"evidence": Evidence("boom", replace(PASSES, confidence=0.7), "boom")},
        {},
        "asks rules, then model (attempt 1 of 3)",
    ),
    "a failure that may pass, for the third time": (
        0,
        {"evidence": Evidence("boom", PASSES, "boom")},
        {"attempt": 3, "first": 1},
        "asks rules, then model (attempt 3 of 3)",
    ),
    "images to build": (
        1,
        {"foreseen": foresees()},
        {},
        "fetches and builds what the candidate needs",
    ),
    "no images to build": (
        1,
        {"foreseen": foresees(BUILT)},
        {},
        "skipped: every image is in place",
    ),
    "no candidate": (
        1,
        {"foreseen": foresees(None, problem="no Dockerfile")},
        {},
        "fails: no Dockerfile",
    ),
    "nothing foreseen": (1, {}, {}, "fails: there is no candidate"),
    "a work tree that is gone": (
        1,
        {"opened": ""},
        {},
        "opens a work tree  cause: the work tree is gone",
    ),
    "no work tree ever": (
        1,
        {"opened": ""},
        {"base": ""},
        "opens a work tree  cause: there is none",
    ),
    "a preview": (2, {"foreseen": foresees(BUILT, SHOWN)}, {}, "previews candidate 4444"),
    "a preview that has passed": (
        2,
        {"foreseen": foresees(BUILT, SHOWN)},
        {"previewed": "4444"},
        "hands candidate 4444 to Stack/shop  [undo: it goes back]",
    ),
    "a preview of another candidate": (
        2,
        {"foreseen": foresees(BUILT, SHOWN)},
        {"previewed": "3333"},
        "previews candidate 4444",
    ),
    "no preview possible": (
        2,
        {"foreseen": foresees(BUILT, alone="it has a fixed name")},
        {},
        "hands candidate 4444 to Stack/shop  [undo: it goes back]",
    ),
    "a trial that has not begun": (
        2,
        {"stack": sight()},
        {"handed": True},
        "waits: the stack takes it over",
    ),
    "a trial under way": (
        2,
        {"stack": sight(trial=trial(), conditions=ready("Progressing", "step 1 of 3"))},
        {"handed": True},
        "waits: step 1 of 3",
    ),
    "a candidate that its stack refuses": (
        2,
        {"foreseen": foresees(None, problem="51d0 changes the stack as well")},
        {"handed": True, "candidate": "4444"},
        "opens a work tree  cause: 51d0 changes the stack as well",
    ),
    "a candidate that is another one by now": (
        2,
        {"foreseen": foresees(replace(BUILT, wanted="5555"))},
        {"handed": True, "candidate": "4444"},
        "opens a work tree  cause: the candidate is another one by now",
    ),
    "a candidate that is refused once it was tried": (
        2,
        {
            "stack": sight(trial=trial("Applied")),
            "foreseen": foresees(None, problem="51d0 changes the stack as well"),
        },
        {"handed": True, "candidate": "4444"},
        "succeeded: Stack/shop runs 4444",
    ),
    "a trial of another attempt": (
        2,
        {"stack": sight(trial=trial("RolledBack", "1.7"))},
        {"handed": True},
        "waits: the stack takes it over",
    ),
    "a trial that passed": (
        2,
        {"stack": sight(trial=trial("Applied"))},
        {"handed": True},
        "succeeded: Stack/shop runs 4444",
    ),
    "a trial that failed": (
        2,
        {"stack": sight(trial=trial("RolledBack", message="it answers 500"))},
        {"handed": True},
        "fails: it answers 500",
    ),
    "a trial that a person overruled": (
        2,
        {"stack": sight(trial=trial("Overruled", message="a person went back to 1111"))},
        {"handed": True},
        "fails: a person went back to 1111",
    ),
    "checks that the stack has made": (
        3,
        {"stack": sight(trial=trial("Applied"))},
        {"handed": True},
        "succeeded: every check holds",
    ),
    "checks that a preview has made": (
        3,
        {"foreseen": foresees(BUILT, SHOWN)},
        {"previewed": "4444"},
        "succeeded: every check holds in the preview",
    ),
    "checks that nobody has made": (
        3,
        {"foreseen": foresees(BUILT, SHOWN)},
        {},
        "previews candidate 4444",
    ),
    "checks that nobody can make": (
        3,
        {"foreseen": foresees(BUILT, alone="it has a fixed name")},
        {},
        "fails: shop/api cannot be verified: it has a fixed name",
    ),
    "nothing published": (4, {}, {}, "publishes"),
    "nothing to publish": (4, {}, {"files": ()}, "skipped: nothing was edited"),
    "a commit": (4, {}, {"commit": "c0ffee"}, "succeeded: c0ffee"),
    "a branch": (4, {}, {"commit": "c0ffee", "branch": "fix"}, "succeeded: fix c0ffee"),
    "a trial overruled before it is published": (
        4,
        {"stack": sight(trial=trial("Overruled", message="a person went back"))},
        {"handed": True},
        "fails: a person went back",
    ),
    "a commit that the source has not seen": (
        5,
        {"stack": sight(trial=trial("Applied"))},
        {"commit": "c0ffee", "handed": True},
        (
            "waits: published as c0ffee. rule/python-module: api/requirements.txt; "
            "the source has not seen it yet"
        ),
    ),
    "a commit that the stack has not seen": (
        5,
        {"arrived": True, "stack": sight(trial=trial("Applied"), settled=False)},
        {"commit": "c0ffee", "handed": True},
        (
            "waits: published as c0ffee. rule/python-module: api/requirements.txt; "
            "Stack/shop looks at it"
        ),
    ),
    "a commit that everybody has seen": (
        5,
        {"arrived": True, "stack": sight(trial=trial("Applied"))},
        {"commit": "c0ffee", "handed": True},
        "ends Succeeded: published as c0ffee. rule/python-module: api/requirements.txt",
    ),
    "a branch waits for nobody": (
        5,
        {"stack": sight(trial=trial("Applied"))},
        {"commit": "c0ffee", "branch": "fix", "handed": True},
        "ends Succeeded: published as c0ffee. rule/python-module: api/requirements.txt",
    ),
    "nothing was done": (5, {}, {"files": ()}, "ends Succeeded: done"),
}


@pytest.mark.parametrize("name", STEPS)
def test_each_step_leads_to_its_next_act(name: str) -> None:
    stage, seen, remembered, said = STEPS[name]
    found = next_of(facts(**seen), memory(stage=stage, **remembered))

    assert found == f"Running: {said}"


def test_only_what_fetches_is_done_by_a_build() -> None:
    todo = replace(PLAN, steps=(PULL, BUILD, *PLAN.steps))
    act = decided(facts(foreseen=foresees(todo)), memory(stage=1)).act

    assert isinstance(act, Make)
    assert (act.plan.steps, act.timeout) == ((PULL, BUILD, BUILD), 1200.0)


@pytest.mark.parametrize(
    ("mode", "preview", "said"),
    [
        ("direct", SHOWN, "hands candidate 4444 to Stack/shop  [undo: it goes back]"),
        ("preview", None, "fails: no preview is possible: it has a fixed name"),
        ("preview", SHOWN, "previews candidate 4444"),
    ],
)
def test_a_restart_may_insist_on_a_preview_or_do_without(
    mode: str, preview: Any, said: str
) -> None:
    one = spec(steps=["patch", "build", {"restart": {"mode": mode}}])
    seen = facts(foreseen=foresees(BUILT, preview, alone="it has a fixed name"))

    assert next_of(seen, memory(one, stage=2), one) == f"Running: {said}"


def test_a_question_is_asked_until_it_is_answered() -> None:
    one = spec(steps=[QUESTION])

    assert next_of(facts(), memory(one), one) == "Running: asks for why"
    answered = memory(one, answers={"why": "{}"})
    assert next_of(facts(), answered, one) == "Running: succeeded: why.json"


def test_where_a_patch_goes_is_told() -> None:
    one = spec(steps=["patch", {"publish": {"to": "branch", "branch": "fix"}}])

    assert next_of(facts(), memory(one, stage=1), one) == "Running: publishes to fix"


# Folders


def test_a_folder_needs_no_lease_and_no_stack() -> None:
    seen = facts(stack=None, proposal=PATCH)

    assert next_of(seen, memory(FOLDER, holds=""), FOLDER).startswith("Running: edits")


def test_a_folder_cannot_be_built() -> None:
    one = spec(target={"path": "docs"}, steps=["patch", "build"])

    assert next_of(facts(stack=None), memory(one, holds=""), one) == (
        "Running: fails: build needs a stack, and the target is a folder"
    )


# Taking back


@pytest.mark.parametrize(
    ("stack", "more", "said"),
    [
        (sight(), {}, "ends Failed: it answers 500."),
        (sight(trial=trial("Applied")), {}, "waits: it answers 500. Stack/shop goes back."),
        (sight(settled=False), {}, "waits: it answers 500. Stack/shop goes back."),
        (sight(), {"touched": True}, "ends RolledBack: it answers 500"),
        (sight(there=False), {}, "ends Failed: it answers 500."),
        (sight(trial=trial("Overruled")), {"touched": True}, "ends RolledBack: it answers 500"),
        (
            sight(trial=trial("Kept")),
            {"touched": True},
            (
                "ends Failed: it answers 500. Stack/shop stays as it is: nothing was verified "
                "before to go back to"
            ),
        ),
        (
            sight(applied=None),
            {"touched": True},
            (
                "ends Failed: it answers 500. Stack/shop stays as it is: nothing was verified "
                "before to go back to"
            ),
        ),
        (
            sight(stuck="api says rollback: never", quarantine=Quarantine("1", "2", "3", "4")),
            {"touched": True},
            "ends Failed: it answers 500. Stack/shop needs a person: api says rollback: never",
        ),
        (sight(), {"fault": "Canceled", "touched": True}, "ends Canceled: it answers 500."),
    ],
)
def test_what_has_failed_ends_once_the_stack_is_back(
    stack: Any, more: dict[str, Any], said: str
) -> None:
    work = memory(stage=2, failed="it answers 500.", **more)

    assert next_of(facts(stack=stack), work) == f"Running: {said}"


def test_what_is_taken_back_is_not_done_differently_because_its_document_goes() -> None:
    work = memory(stage=2, failed="it answers 500.", touched=True)

    assert next_of(facts(), work, leaving=True) == "Running: ends RolledBack: it answers 500"


def test_the_same_arguments_give_the_same_course() -> None:
    work = memory(stage=1, tries=(Tried(1, "diff", "build", "no", ""),))

    assert str(decided(facts(), work)) == str(decided(facts(), work))
