"""A Run repairs a stack: right at once, later, never; and what it leaves behind."""

import json
from typing import Any

import pytest

from tests.engine.scene import WEB
from tests.engine.test_going_back import ask as go_back
from tests.engine.test_trials import FILE
from tests.engine.town import CRASH, DIRECT, RUN, Town, broken
from tests.fake_shop import COST
from trueup.engine.papers import Keeping
from trueup.model.errors import BudgetError, FutileError, SpecError, ToolError, TransientError
from trueup.model.key import Key
from trueup.model.repair import Diagnosis, Proposal
from trueup.model.workshop import HandsOffError, OutdatedError

PASSING = Diagnosis("network", "", "The registry did not answer.", 0.9, "boom", "", transient=True)
QUESTION = {"ask": {"answer": "why", "prompt": "Why?", "schema": {"type": "object"}}}


def papers(town: Town) -> list[str]:
    return [one.name for one in town.work().artifacts]


def errors(town: Town) -> list[str]:
    return [one.error for one in town.work().tries]


def states(town: Town) -> str:
    return " ".join(one.state for one in town.work().steps)


# Right at once, at the second attempt, at the third, never


def test_a_patch_that_is_right_at_once_is_deployed_verified_and_published() -> None:
    town = broken()
    shop = town.repair("fixed")

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert (town.serves, town.source_says) == ("fixed", "fixed")
    assert (town.ready(), town.ended) == ("Verified", "none")
    assert (shop.asked, shop.issued, shop.opened_at) == (1, 1, "")


def test_nothing_is_restarted_once_the_patch_is_published() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on(until=lambda: town.work().commit != "")
    containers = dict(town.host.every)

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert town.host.every == containers


@pytest.mark.parametrize("wrong", [1, 2])
def test_a_patch_that_is_right_later_is_published_after_the_others_were_taken_back(
    wrong: int,
) -> None:
    town = broken()
    shop = town.repair(*[f"bad {n}" for n in range(wrong)], "fixed")

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert (town.serves, town.source_says, shop.asked) == ("fixed", "fixed", wrong + 1)
    assert town.work().attempt == wrong + 1
    assert ["answers 500" in one for one in errors(town)] == [True] * wrong
    assert [f"+bad {n}" in one.diff for n, one in enumerate(town.work().tries)] == [True] * wrong


def test_a_patch_that_is_never_right_leaves_the_stack_at_the_verified_release() -> None:
    town = broken()
    before = town.status()
    shop = town.repair("bad 1", "bad 2", "bad 3", "bad 4")

    town.goes_on()

    after = town.status()
    assert town.told() == "RolledBack AttemptsUsedUp"
    assert (town.serves, town.source_says, shop.asked, shop.issued) == ("good", "bad", 3, 0)
    assert (after.applied, after.quarantine, after.trial) == (
        before.applied,
        before.quarantine,
        None,
    )
    assert states(town) == "Succeeded Succeeded Failed Pending Pending"
    assert town.leases.holder(WEB) is None


def test_a_run_that_has_ended_does_and_writes_nothing_more() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on()
    writes, changes = town.records.writes, list(town.host.changes)

    for _ in range(3):
        town.clock.wait(7200)
        town.look_at(RUN)
        town.look_at(WEB)

    assert (town.records.writes, town.host.changes) == (writes, changes)


def test_an_attempt_whose_patch_does_not_build_touches_nothing_that_runs() -> None:
    town = broken()
    town.host.broken_builds["web"] = ToolError("the build failed", "no such package")
    containers = dict(town.host.every)
    town.repair("fixed", budget={"attempts": 1})

    town.goes_on()

    assert town.told() == "Failed BuildFailed"
    assert "no such package" in town.work().message
    assert town.host.every == containers


def test_a_preview_that_fails_touches_nothing_that_runs() -> None:
    town = broken()
    containers = dict(town.host.every)
    steps = ["patch", "build", "restart", "verify", "publish"]
    town.repair("bad 1", steps=steps, budget={"attempts": 1})

    town.goes_on()

    assert town.told() == "Failed RestartFailed"
    assert town.host.every == containers


def test_a_preview_that_passes_leads_to_the_live_service() -> None:
    town = broken()
    town.repair("fixed", steps=["patch", "build", "restart", "verify", "publish"])

    town.goes_on()

    assert (town.told(), town.serves) == ("Succeeded Published", "fixed")
    assert town.work().previewed != ""
    assert len(town.host.every) == 1


def test_a_patch_on_a_branch_of_its_own_waits_there_for_a_person() -> None:
    town = broken()
    town.repair("fixed", steps=[*DIRECT[:-1], {"publish": {"to": "branch", "branch": "fix"}}])

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert (town.branches, town.source_says, town.serves) == ({"fix": "fixed"}, "bad", "fixed")


def test_steps_without_a_patch_work_on_what_the_source_says() -> None:
    town = broken()
    town.host.behaviours.clear()
    shop = town.repair(steps=["build", {"restart": {"mode": "direct"}}, "verify"])

    town.goes_on()

    assert (town.told(), shop.asked) == ("Succeeded Done", 0)


def test_another_run_may_follow_on_a_patch_that_waits_on_a_branch() -> None:
    town, other = broken(), Key("Run", "other")
    steps = [*DIRECT[:-1], {"publish": {"to": "branch", "branch": "fix"}}]
    town.repair("fixed", steps=steps)
    town.goes_on()

    town.repair("better", key=other)
    town.goes_on()

    assert (town.told(other), town.serves) == ("Succeeded Published", "better")


# What refuses


def test_nobody_has_a_patch_and_the_run_says_so() -> None:
    town = broken()
    shop = town.repair(ToolError("nobody has a patch that may be applied", "api/.env: forbidden"))

    town.goes_on()

    assert town.told() == "Failed AttemptsUsedUp"
    assert "api/.env: forbidden" in town.work().message
    assert (shop.asked, town.serves) == (3, "good")


def test_what_no_other_attempt_would_change_ends_at_once_with_its_own_reason() -> None:
    town = broken()
    shop = town.repair(FutileError("ModelRefused", "glm refuses to answer", "HTTP 401"))

    town.goes_on()

    assert town.told() == "Failed ModelRefused"
    assert (shop.asked, len(errors(town))) == (1, 1)


def test_a_run_on_what_is_well_succeeds_and_says_so() -> None:
    town = broken()
    what = "web/api is verified; nothing to repair"
    shop = town.repair(FutileError("NothingToRepair", what, well=True))

    town.goes_on()

    assert town.told() == "Succeeded NothingToRepair"
    assert (shop.asked, errors(town), town.work().steps[0].state) == (1, [], "Skipped")


def test_what_gates_refuse_once_may_be_right_the_next_time() -> None:
    town = broken()
    town.repair(ToolError("refused", "api/.env: forbidden"), "fixed")

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert errors(town) == ["refused: api/.env: forbidden."]


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (BudgetError("nothing is left to spend"), "OverBudget"),
        (Proposal("model/fake", cannot="a decision is needed"), "NeedsAPerson"),
    ],
)
def test_what_another_attempt_would_run_into_as_well_is_final(says: Any, reason: str) -> None:
    town = broken()
    shop = town.repair(says)

    town.goes_on()

    assert (town.told(), shop.asked) == (f"Failed {reason}", 1)


def test_a_branch_that_a_person_has_taken_over_is_left_alone_and_the_stack_goes_back() -> None:
    town = broken()
    shop = town.repair("fixed")
    shop.troubles["publish"] = [HandsOffError("the branch is left alone", "it is not ours")]

    town.goes_on()

    assert town.told() == "RolledBack PublishFailed"
    assert (town.serves, shop.asked) == ("good", 1)


def test_a_patch_of_files_that_are_others_by_now_is_made_anew() -> None:
    town = broken()
    shop = town.repair("fixed", "fixed once more")
    shop.troubles["publish"] = [OutdatedError("Dockerfile was changed meanwhile")]

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert (town.source_says, town.serves, shop.asked) == ("fixed once more",) * 2 + (2,)


def test_a_run_of_what_cannot_be_looked_at_ends_and_says_why() -> None:
    town = broken()
    shop = town.repair("fixed")
    town.revision = _unknown  # type: ignore[method-assign]

    town.goes_on()

    assert (town.told(), shop.asked) == ("Failed PatchFailed", 0)
    assert "no source of this Trueup" in town.work().message


def _unknown() -> str:
    raise SpecError("the stack lies in a repository that is no source of this Trueup")


# What passes


@pytest.mark.parametrize("act", ["open", "propose", "apply", "publish"])
def test_what_fails_for_a_reason_that_passes_is_tried_again_without_an_attempt(act: str) -> None:
    town = broken()
    shop = town.repair("fixed")
    shop.troubles[act] = [TransientError("it does not answer") for _ in range(5)]
    begun = town.clock.seconds

    town.goes_on()

    assert town.told() == "Succeeded Published"
    assert (town.work().attempt, town.work().waits, shop.issued) == (1, 0, 1)
    assert town.clock.seconds - begun > 5 + 30 + 60 + 60


def test_a_build_that_fails_for_a_reason_that_passes_is_tried_again() -> None:
    town = broken()
    town.host.failures["build"] = [TransientError("the registry does not answer")]
    town.repair("fixed")

    town.goes_on()

    assert (town.told(), town.work().attempt) == ("Succeeded Published", 1)


def test_what_does_not_pass_in_time_costs_an_attempt_and_in_the_end_the_run() -> None:
    town = broken()
    shop = town.repair("fixed")
    shop.troubles["propose"] = [TransientError("it does not answer") for _ in range(99)]

    town.goes_on()

    assert town.told() == "Failed AttemptsUsedUp"
    assert len(shop.troubles["propose"]) == 99 - 3 * 6


@pytest.mark.parametrize("act", ["build", "publish"])
def test_what_is_patched_waits_for_what_passes_however_often(act: str) -> None:
    town = broken()
    shop = town.repair("fixed")
    troubles: list[Any] = [TransientError("it does not answer") for _ in range(20)]
    shop.troubles["publish"] = troubles if act == "publish" else []
    town.host.failures["build"] = troubles if act == "build" else []

    town.goes_on()

    assert (town.told(), town.serves) == ("Succeeded Published", "fixed")
    assert (town.work().tries, shop.asked, shop.issued) == ((), 1, 1)


def test_a_patch_that_could_not_be_published_in_time_is_not_held_to_be_bad() -> None:
    town = broken()
    shop = town.repair("fixed", budget={"time": "10m"})
    shop.troubles["publish"] = [TransientError("it does not answer") for _ in range(99)]

    town.goes_on()

    assert (town.told(), town.serves) == ("RolledBack OverBudget", "good")
    assert [one.diff for one in town.work().tries] == [""]
    assert shop.asked == 1


def test_while_it_waits_for_what_passes_it_says_until_when() -> None:
    town = broken()
    shop = town.repair("fixed")
    shop.troubles["propose"] = [TransientError("it does not answer")]

    town.goes_on(until=lambda: town.told() == "Waiting Retrying")

    assert town.work().next_at != ""
    assert "it does not answer" in town.work().message


def test_a_failure_that_may_pass_is_tried_again_without_an_edit() -> None:
    town = broken(diagnosis=PASSING)
    town.host.behaviours.clear()
    shop = town.repair("never")

    town.goes_on()

    assert (shop.asked, shop.issued, town.told()) == (0, 0, "Succeeded Done")
    assert states(town) == "Skipped Skipped Succeeded Succeeded Skipped"


# People, meanwhile


def test_a_run_whose_document_is_deleted_takes_its_candidate_back_and_is_forgotten() -> None:
    town = broken()
    town.repair("fixed")
    town.sleepy = True
    town.goes_on(until=lambda: town.work().commit != "")
    assert town.serves == "fixed"

    town.drop()
    town.goes_on()

    assert (town.serves, town.ended, town.runs_wanted) == ("good", "none", {})
    assert town.records.read(RUN).work is None
    assert [one for one in town.records.artifacts if one.startswith("Run/")] == []
    assert any("Canceled: its document is gone" in one.message for one in town.events)


def test_a_run_of_the_same_name_later_does_not_find_old_proposals() -> None:
    town = broken()
    town.repair("bad 1", budget={"attempts": 1})
    town.goes_on()
    town.drop()
    town.goes_on()
    shop = town.repair("fixed")

    town.goes_on()

    assert (town.told(), shop.asked) == ("Succeeded Published", 2)


def test_a_document_that_says_something_else_takes_the_old_work_back_first() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on(until=lambda: town.ended == "Applied")

    town.repair("better", instruction="another one")
    town.goes_on()

    assert (town.told(), town.serves, town.source_says) == ("Succeeded Published", *["better"] * 2)
    assert (town.work().generation, town.work().first) == (2, 2)
    assert any("Canceled: its document says something else" in one.message for one in town.events)


def test_a_build_is_ended_where_the_document_says_something_else_by_now() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on(until=lambda: town.work().stage == 1)

    def before(what: str) -> None:
        if what.startswith("build"):
            town.wish(instruction="another one")
            town.host.before = town.moment

    town.host.before = before
    town.goes_on(until=lambda: town.host.before == town.moment)
    assert states(town).startswith("Succeeded Running")

    town.goes_on()
    assert (town.told(), town.work().generation) == ("Succeeded Published", 2)


def test_a_person_who_goes_back_by_hand_ends_the_run() -> None:
    town = broken()
    shop = town.repair("fixed")
    town.goes_on(until=lambda: town.ended == "Applied")
    release = town.status().trial
    assert release is not None
    assert release.before is not None

    go_back(town, release.before.digest)
    town.look_at(WEB)
    town.goes_on()

    assert town.told() == "RolledBack Overruled"
    assert (town.serves, shop.asked, shop.issued) == ("good", 1, 0)


def test_where_nothing_was_verified_before_the_run_says_that_the_candidate_stays() -> None:
    town = Town()
    town.commit("bad")
    town.goes_on()
    shop = town.repair("fixed")
    shop.troubles["publish"] = [HandsOffError("the branch is left alone", "it is not ours")]

    town.goes_on()

    assert town.told() == "Failed PublishFailed"
    assert "nothing was verified before" in town.work().message
    assert town.serves == "fixed"


def test_a_suspended_run_does_not_begin_and_says_so() -> None:
    town = broken()
    shop = town.repair("fixed", suspend={"reason": "later"})
    town.goes_on()

    assert (town.told(), shop.asked) == ("none", 0)
    ready = town.records.read(RUN).condition("Ready")
    assert ready is not None
    assert (ready.reason, ready.message) == ("Suspended", "later")

    town.wish()
    town.goes_on()
    assert town.told() == "Succeeded Published"


def test_a_run_that_is_suspended_at_work_gives_its_stack_free_and_goes_on_later() -> None:
    town = broken()
    shop = town.repair("fixed")
    town.goes_on(until=lambda: town.work().stage == 2)

    town.wish(suspend=True)
    town.goes_on()
    assert (town.told(), town.work().holds) == ("Waiting Suspended", "")
    assert town.leases.holder(WEB) is None

    town.wish()
    town.goes_on()
    assert (town.told(), shop.asked, town.serves) == ("Succeeded Published", 1, "fixed")


def test_what_is_on_trial_comes_to_its_end_before_a_run_is_suspended() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on(until=lambda: town.work().handed)

    town.wish(suspend=True)
    town.goes_on()

    assert (town.told(), town.serves) == ("Succeeded Published", "fixed")


def test_a_candidate_that_is_another_one_by_now_is_begun_anew_at_the_same_revision() -> None:
    town = broken()
    shop = town.repair("fixed")
    town.goes_on(until=lambda: town.work().handed)
    town.restart()
    town.host.places["/runs/fix"] = {FILE: "edited by hand"}

    town.goes_on()

    assert (town.told(), town.serves, town.source_says) == ("Succeeded Published", *["fixed"] * 2)
    assert (shop.asked, town.work().tries, town.work().hands) == (1, (), 2)


def test_a_stack_at_work_is_asked_every_few_seconds_and_wakes_its_run_by_itself() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on(until=lambda: town.work().handed)
    assert (town.look_at(RUN) or 0) >= 2


# Trying again


def test_a_request_tries_an_ended_run_once_more_and_only_once() -> None:
    town = broken()
    shop = town.repair("bad 1", budget={"attempts": 1})
    town.goes_on()
    shop.script = ["fixed"]

    town.wish(budget={"attempts": 1}, requestedAt="again")
    town.goes_on()

    assert (town.told(), town.work().attempt, town.work().first) == ("Succeeded Published", 2, 2)
    assert town.records.read(RUN).handled_request == "again"
    assert town.work().generation == 1
    asked = shop.asked
    town.look_at(RUN)
    assert (shop.asked, town.told()) == (asked, "Succeeded Published")


def test_a_request_while_it_works_is_no_request_for_another_try() -> None:
    town = broken()
    shop = town.repair("fixed")
    town.goes_on(until=lambda: town.work().stage == 1)

    town.wish(requestedAt="again")
    town.goes_on()

    assert (town.told(), shop.asked, town.work().attempt) == ("Succeeded Published", 1, 1)
    assert town.records.read(RUN).handled_request == "again"


@pytest.mark.parametrize("step", ["build", "restart", "publish"])
def test_another_try_from_a_later_step_uses_the_patch_again_without_asking(step: str) -> None:
    town = broken()
    shop = town.repair("fixed", budget={"attempts": 1})
    shop.troubles["publish"] = [ToolError("the push was refused")]
    town.goes_on()
    assert (town.told(), town.serves) == ("RolledBack PublishFailed", "good")

    town.wish(budget={"attempts": 1}, requestedAt="again", begin=step)
    town.goes_on()

    assert (town.told(), shop.asked, town.serves) == ("Succeeded Published", 1, "fixed")
    assert town.work().attempt == 2


def test_another_try_without_a_step_asks_again() -> None:
    town = broken()
    shop = town.repair("fixed", budget={"attempts": 1})
    shop.troubles["publish"] = [ToolError("the push was refused")]
    town.goes_on()

    town.wish(budget={"attempts": 1}, requestedAt="again")
    town.goes_on()

    assert (town.told(), shop.asked) == ("Succeeded Published", 2)


def test_an_answer_is_used_again_only_where_a_later_step_is_named() -> None:
    town = broken()
    shop = town.repair("bad 1", steps=[QUESTION, *DIRECT], budget={"attempts": 1})
    shop.replies = ['{"a": 1}', '{"a": 2}']
    town.goes_on()
    assert town.work().answers == {"why": '{"a": 1}'}

    more: dict[str, Any] = {"steps": [QUESTION, *DIRECT], "budget": {"attempts": 1}}
    town.wish(requestedAt="1", begin="patch", **more)
    town.goes_on()
    assert town.work().answers == {"why": '{"a": 1}'}

    town.wish(requestedAt="2", **more)
    town.goes_on()
    assert town.work().answers == {"why": '{"a": 2}'}


# What is told and kept


def test_each_step_says_when_it_began_and_ended() -> None:
    town = broken()
    town.repair("fixed")
    town.goes_on()

    found = [(one.started_at, one.ended_at) for one in town.work().steps]
    assert all(begun and begun <= ended for begun, ended in found)
    assert found == sorted(found)
    assert found[2][0] < found[2][1]


def test_usage_is_counted_once_for_each_time_that_somebody_is_asked() -> None:
    town = broken()
    town.repair("bad 1", ToolError("refused"), "fixed")

    town.goes_on()

    assert town.work().usage == COST + COST + COST
    kept = json.loads(town.records.artifacts[f"{RUN}/usage.json"])
    assert (kept["calls"], kept["tokensSent"]) == (3, 3000)


def test_the_papers_of_every_attempt_are_kept_and_listed_with_size_and_digest() -> None:
    town = broken()
    town.repair("bad 1", "fixed")

    town.goes_on()

    first = {f"attempt-1-{name}" for name in ("patch.diff", "prompt.md", "evidence.log")}
    assert {*first, "patch.diff", "prompt.md", "plan.txt", "usage.json"} <= {*papers(town)}
    assert "+bad 1" in town.records.artifacts[f"{RUN}/attempt-1-patch.diff"]
    assert "+fixed" in town.records.artifacts[f"{RUN}/patch.diff"]
    on_disk = {one.rpartition("/")[2] for one in town.records.artifacts if one.startswith("Run/")}
    assert on_disk == {*papers(town)}
    assert all(one.size > 0 for one in town.work().artifacts)


def test_papers_of_old_attempts_and_of_old_runs_are_thrown_away() -> None:
    town = broken(keeping=Keeping(attempts=2, days=30))
    town.repair("bad 1", "bad 2", "bad 3", "fixed", budget={"attempts": 4})
    town.goes_on()

    found = {one.partition("-")[2][0] for one in papers(town) if one.startswith("attempt-")}
    assert found == {"2", "3"}

    town.clock.wait(31 * 24 * 3600)
    town.look_at(RUN)
    assert papers(town) == []
    assert [one for one in town.records.artifacts if one.startswith("Run/")] == []


# Two Runs, one stack


def test_of_two_runs_on_one_stack_the_second_waits_until_the_first_has_ended() -> None:
    town = broken()
    other = Key("Run", "other")
    town.repair("fixed")
    town.goes_on(until=lambda: bool(town.work().holds))
    second = town.repair("better", key=other)
    held = list[str]()

    def both() -> bool:
        held.append(town.work().holds + (town.records.read(other).work or town.work()).holds)
        return town.work().phase.ended

    town.goes_on(until=both)
    assert town.told(other) == "Waiting Leased"
    assert "Run/fix works on Stack/web" in town.work(other).message
    assert (second.asked, {*held} <= {"", "Stack/web", "Stack/webStack/web"}) == (0, True)

    town.goes_on()
    assert (town.told(other), town.serves) == ("Succeeded Published", "better")


def test_of_runs_that_wait_the_urgent_one_goes_first() -> None:
    town = broken()
    slow, urgent = Key("Run", "a-slow"), Key("Run", "z-urgent")
    town.repair("fixed")
    town.goes_on(until=lambda: bool(town.work().holds))
    town.repair("slow", key=slow)
    town.goes_on(until=lambda: town.told(slow) == "Waiting Leased")
    town.repair("urgent", key=urgent, priority="high")
    town.goes_on()

    ended = [str(one.key) for one in town.events if one.name == "ended"]
    assert ended == ["Run/fix", "Run/z-urgent", "Run/a-slow"]


def test_time_that_a_run_waits_for_another_one_is_not_its_own() -> None:
    town = broken()
    other = Key("Run", "other")
    first = town.repair("fixed")
    first.troubles["propose"] = [TransientError("it does not answer") for _ in range(5)]
    town.goes_on(until=lambda: bool(town.work().holds))
    town.repair("better", key=other, budget={"time": "60s"})

    town.goes_on()

    assert town.told(other) == "Succeeded Published"


def test_a_suspended_run_lets_others_go_first() -> None:
    town = broken()
    other = Key("Run", "other")
    town.repair("fixed")
    town.goes_on(until=lambda: town.work().stage == 1)
    town.wish(suspend=True)
    town.repair("better", key=other)

    town.goes_on()

    assert (town.told(other), town.told()) == ("Succeeded Published", "Waiting Suspended")


def test_a_run_that_takes_too_long_is_given_up_and_taken_back() -> None:
    town = broken()
    town.repair("fixed", budget={"time": "1m"})
    town.goes_on(until=lambda: town.work().handed)
    town.clock.wait(61)

    town.goes_on()

    assert (town.told(), town.serves) == ("RolledBack OverBudget", "good")
    assert CRASH.cause == town.work().cause
