"""Statuses told to people: as a table, in full, and as an answer to why."""

from dataclasses import replace

from tests.report.statuses import AT, EMPTY, FULL, NOW, READY, ROLLED_BACK
from trueup.model.plan import Health
from trueup.model.status import Condition, Status
from trueup.report.align import age, aligned
from trueup.report.described import described
from trueup.report.explained import as_text, explained
from trueup.report.listed import rows

WHOLE = replace(FULL, work=None)


def why(status: Status, last_plan: str = "") -> str:
    return as_text(status, explained(status, last_plan, NOW))


def with_condition(kind: str, status: str, reason: str, message: str) -> Status:
    return replace(READY, conditions=(Condition(kind, status, reason, message, AT),))


def test_columns_begin_below_each_other_and_lines_end_without_spaces() -> None:
    assert aligned([("A", "BB"), ("long", "")]) == ["A     BB", "long"]


def test_ages_are_told_in_their_largest_unit() -> None:
    assert [age(n) for n in (-1, 42, 300, 7200, 200_000)] == ["0s", "42s", "5m", "2h", "2d"]


def test_a_row_tells_name_sync_health_readiness_revision_age_and_message() -> None:
    assert rows([READY, EMPTY], NOW) == [
        (
            "Stack/web",
            "Synced",
            "Healthy",
            "True (Verified)",
            "51d0aaaabbbb",
            "5m",
            "release 51d0aaaabbbb",
        ),
        ("Stack/web", "Unknown", "Unverified", "Unknown", "-", "-", "not looked at yet"),
    ]


def test_a_long_message_is_cut_in_a_table_on_a_terminal_only() -> None:
    status = with_condition("Ready", "False", "RolledBack", "x" * 300 + "\nmore")

    assert rows([status], NOW, longest=100)[0][-1] == "x" * 99 + "…"
    assert rows([status], NOW)[0][-1] == "x" * 300 + " more"
    assert "x" * 300 in described(status, [], NOW)


def test_a_description_has_everything_that_a_status_says() -> None:
    text = described(WHOLE, ["status/Stack/web/plan.txt"], NOW)

    for said in (
        "sync         Synced",
        "Ready  True  Verified  5m",
        "api  running  Healthy  api:1  in sync",
        "sha256:aaaaaaaaaaaa",
        "apply 1 of 3  restart  api -> api:2",
        "http://api/ is 500, wants 200.",
        "specs/web.yaml:6",
        "5m ago  Applied",
        "stuck        the rollback failed",
        "project    shop",
        "status/Stack/web/plan.txt",
    ):
        assert said in text, said


def test_sections_with_nothing_to_say_are_left_out() -> None:
    text = described(EMPTY, [], NOW)

    assert text == "Stack/web\n  sync    Unknown\n  health  Unverified\n"


def test_an_explanation_begins_with_how_things_stand_and_why() -> None:
    text = why(READY, "Stack/web Absent: nothing runs yet\n1 restart  api\n")

    assert "Sync is Synced and health is Healthy." in text
    assert "It is ready (Verified): release 51d0aaaabbbb" in text
    assert "api is running, Healthy: in sync" in text
    assert "LAST PLAN\n  Stack/web Absent: nothing runs yet\n  1 restart  api" in text
    assert "IN THE WAY" not in text


def test_a_quarantine_is_explained_with_the_ways_to_lift_it() -> None:
    text = why(ROLLED_BACK)

    assert "It is not ready (RolledBack)" in text
    assert f"3f2a91c0dddd (3333) failed at {AT} and is not tried again." in text
    assert "RolledBack 3f2a91c0dddd (3333) in 4s: http://api/ is 500, wants 200." in text
    assert "A change of its inputs lifts this, or `trueup reconcile web`." in text


def test_a_suspension_is_explained_with_the_command_that_lifts_it() -> None:
    status = replace(
        with_condition("Ready", "False", "Suspended", "maintenance"), health=Health.SUSPENDED
    )

    assert "`trueup resume web` lifts that." in why(status)


def test_the_next_try_is_told() -> None:
    waiting = with_condition("Reconciling", "True", "ProgressingWithRetry", "pull failed")
    text = why(replace(waiting, tries=3, next_at=AT))

    assert f"It is tried again at {AT}, after 3 failures." in text


def test_corrections_that_must_wait_are_told() -> None:
    later = "2026-01-01T10:06:00+00:00"
    assert "Drift was corrected 2 times; before" in why(replace(READY, heals=2, next_at=later))
    assert "Drift was corrected" not in why(replace(READY, heals=2, next_at=AT))


def test_a_stack_that_needs_a_person_says_what_for() -> None:
    text = why(replace(READY, stuck="the rollback failed: no space"))

    assert "A person is needed: the rollback failed: no space" in text


def test_a_wrong_document_is_explained_with_its_problems() -> None:
    text = why(WHOLE)

    assert "The document is wrong: specs/web.yaml:6" in text
    assert "its last good version counts" in text


def test_work_under_way_is_told_with_its_step() -> None:
    assert f"Under way since {AT}: apply 1 of 3, restart  api -> api:2" in why(WHOLE)


def test_what_nobody_looked_at_yet_is_said_to_be_so() -> None:
    assert "It has not been looked at yet: start `trueup run`." in why(EMPTY)


def test_waiting_for_a_dependency_is_told() -> None:
    status = with_condition("Reconciling", "True", "DependencyNotReady", "waits for Stack/db")

    assert "It goes on as soon as what it depends on is verified." in why(status)
