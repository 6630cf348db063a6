"""Runs on the command line: in the table, in full, why, their papers, and trying again."""

import json
from dataclasses import replace

import pytest

from tests.cli.place import Place
from tests.cli.test_asking import answering
from tests.report.statuses import REPAIRED, RUN, WORK
from trueup.app.controls import Control, Controls
from trueup.kinds.run.parse import digest_of
from trueup.model.status import Condition, Status
from trueup.model.work import Phase

DOCUMENT = """apiVersion: trueup/v1
kind: Run
metadata: {name: fix-api}
spec:
  target: {stack: web, service: api}
"""
FAILED = replace(
    REPAIRED,
    conditions=(Condition("Ready", "False", "AttemptsUsedUp", "it does not answer", ""),),
    work=replace(
        WORK,
        phase=Phase.ROLLED_BACK,
        reason="AttemptsUsedUp",
        message="it does not answer",
        handed=False,
    ),
)
BUSY = replace(
    FAILED,
    conditions=(Condition("Reconciling", "True", "Deploying", "step 1 of 3", ""),),
    work=WORK,
)


@pytest.fixture
def place(place: Place) -> Place:
    place.write("specs/fix-api.yaml", DOCUMENT)
    return place


def control(place: Place) -> Control:
    return Controls(place.state).read(RUN)


def test_runs_stand_in_the_same_table_with_their_phase(place: Place) -> None:
    place.status(REPAIRED)

    row = place.run("get").out.splitlines()[1]

    assert row.split()[:5] == ["Run/fix-api", "-", "-", "Succeeded", "(Published)"]


def test_a_run_that_works_shows_what_it_does(place: Place) -> None:
    place.status(BUSY)

    assert "Running (Deploying)" in place.run("get", "fix-api").out
    assert place.run("get", "--ready").code == 2


def test_a_description_has_steps_attempts_usage_and_papers(place: Place) -> None:
    place.status(BUSY)

    text = place.run("describe", "fix-api").out

    for said in (
        "phase       Running (Deploying)",
        "attempt     2 of this try, 3 in all",
        "author      rule/python-module",
        "usage       2 calls, 3000 tokens sent, 400 received, 0.0125 USD, 7.5s",
        "1  patch    Succeeded  2026-01-01T10:00:00+00:00  0s  rule/python-module:",
        "3  restart  Running    2026-01-01T10:00:00+00:00  -",
        "2  2026-01-01T10:00:00+00:00  model/openai  verify  http://api:8000/health",
        "attempt-2-patch.diff  9 B    sha256:dddddddddddd",
    ):
        assert said in text, said


def test_an_explanation_says_cause_author_what_it_waits_for_and_what_comes(place: Place) -> None:
    place.status(replace(BUSY, work=replace(WORK, next_at="", failed="")))

    text = place.run("explain", "fix-api").out

    assert "What is wrong with web/api: python-module requests" in text
    assert "rule/python-module edits api/requirements.txt." in text
    assert "The stack deploys the candidate, and goes back by itself if it fails." in text
    assert "Next is restart, then verify, publish." in text
    assert "Attempt 2 (model/openai) failed at verify: http://api:8000/health" in text


def test_an_explanation_of_a_failure_says_what_a_person_can_do(place: Place) -> None:
    place.status(FAILED)

    text = place.run("explain", "fix-api").out

    assert "It is RolledBack (AttemptsUsedUp): it does not answer" in text
    assert "Read the attempts;" in text
    assert "`trueup retry Run/fix-api`" in text


@pytest.mark.parametrize("step", ["build", "build.log"])
def test_papers_are_shown_by_the_name_of_their_step(place: Place, step: str) -> None:
    place.status(REPAIRED)
    place.statuses.artifact(RUN, "build.log", "it was built\n")
    place.statuses.artifact(RUN, "patch.diff", "+requests\n")

    assert place.run("logs", "Run/fix-api", "--step", step).out == "it was built\n"
    assert place.run("logs", "Run/fix-api", "--step", "patch").out == "+requests\n"


def test_a_run_has_no_containers_to_show_the_logs_of(place: Place) -> None:
    place.status(REPAIRED)
    place.statuses.artifact(RUN, "evidence.log", "boom\n")

    said = place.run("logs", "Run/fix-api")

    assert said.code == 1
    assert "Say which artifact, with --step. There are: evidence." in said.err


def test_a_plan_shows_what_a_run_would_do_and_every_step_ahead(place: Place) -> None:
    said = place.run("plan", "Run/fix-api")

    assert said.code == 2
    assert said.out == (
        "Run/fix-api Running: begins attempt 1\n"
        "1         patch    asks rules, then model\n"
        "2         build    what the patch changes\n"
        "3         restart  a preview where that is possible, then the live service\n"
        "4         verify   the checks of the stack\n"
        "5         publish  as configured\n"
    )


def test_a_plan_of_a_run_that_has_ended_has_nothing_to_do(place: Place) -> None:
    begun = json.loads(place.run("plan", "Run/fix-api", "-o", "json").out)[0]
    assert (begun["phase"], begun["next"]["kind"], len(begun["steps"])) == ("Running", "begin", 5)
    place.status(_ended(REPAIRED))

    said = place.run("plan", "Run/fix-api")

    assert (said.code, said.out.splitlines()[0]) == (0, "Run/fix-api Succeeded: nothing to do")


def test_a_plan_says_that_a_run_is_suspended(place: Place) -> None:
    place.run("suspend", "Run/fix-api", "--reason", "later")

    said = place.run("plan", "Run/fix-api")

    assert (said.code, "held     Suspended: later" in said.out) == (2, True)


def test_a_run_is_tried_again_from_a_step_and_its_end_is_waited_for(place: Place) -> None:
    place.status(FAILED)

    with answering(place, BUSY, REPAIRED, key=RUN):
        said = place.run("retry", "fix-api", "--from", "build")

    assert (said.code, control(place).begin) == (0, "build")
    assert "Run/fix-api Succeeded" in said.out


def test_a_try_that_fails_once_more_is_told_by_the_exit_code(place: Place) -> None:
    place.status(FAILED)

    with answering(place, FAILED, key=RUN):
        said = place.run("retry", "Run/fix-api")

    assert (said.code, control(place).begin) == (2, "")


def test_a_run_under_way_is_not_tried_again(place: Place) -> None:
    place.status(BUSY)

    said = place.run("retry", "fix-api")

    assert said.code == 1
    assert said.err.startswith("trueup: Run/fix-api has not ended: it is Running.")
    assert control(place) == Control()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("retry", "Stack/web"), "it is no run. For a stack there is: trueup reconcile web"),
        (("retry", "fix-api", "--from", "deploy"), "has no step deploy. It has: patch, build,"),
        (("rollback", "Run/fix-api"), "a run has no releases, its stack has"),
    ],
)
def test_what_makes_no_sense_is_refused(place: Place, words: tuple[str, ...], why: str) -> None:
    place.status(FAILED)

    said = place.run(*words)

    assert said.code == 1
    assert why in said.err
    assert control(place) == Control()


def test_a_run_is_suspended_and_resumed_like_a_stack(place: Place) -> None:
    assert "Run/fix-api is suspended" in place.run("suspend", "fix-api").out
    assert control(place).suspended != ""
    assert place.run("resume", "fix-api").code == 0
    assert control(place) == Control()


def test_the_history_of_a_run_is_its_attempts(place: Place) -> None:
    place.status(FAILED)

    header, row = place.run("history", "fix-api").out.splitlines()
    said = json.loads(place.run("history", "fix-api", "-o", "json").out)

    assert header.split() == ["ATTEMPT", "WHEN", "AUTHOR", "STEP", "ERROR"]
    assert row.split()[:4] == ["2", "2026-01-01T10:00:00+00:00", "model/openai", "verify"]
    assert (said[0]["attempt"], said[0]["step"]) == (2, "verify")


def test_a_wrong_run_is_told_by_file_line_and_field(place: Place) -> None:
    place.write("specs/fix-api.yaml", DOCUMENT + "  budget: {attempts: many}\n")

    said = place.run("validate")

    assert said.code == 1
    assert said.out.startswith("specs/fix-api.yaml:6: spec.budget.attempts:")


def _ended(status: Status) -> Status:
    """Return a status of the very spec that is committed."""
    spec = digest_of({"target": {"stack": "web", "service": "api"}})
    assert status.work is not None
    return replace(status, work=replace(status.work, spec=spec, request=""))
