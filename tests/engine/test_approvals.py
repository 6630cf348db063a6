"""An approval lets one plan go on, once; what follows from it is covered by it."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.engine.scene import FAILS, WEB, Scene
from trueup.engine.consent import consented, spent
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http
from trueup.model.consent import APPROVED, REJECTED, Approval
from trueup.model.plan import Plan, Verdict
from trueup.model.resource import Resource
from trueup.model.status import HISTORY, Status

SAID = {"web": ServiceSpec(verify=(Http("web", "/"),), protected=True)}


def waiting() -> Scene:
    """Return a protected service whose change waits."""
    scene = Scene()
    scene.image("app:1", services=SAID)
    scene.settle()
    scene.image("app:2", services=SAID)
    scene.settle()
    return scene


def test_a_change_of_a_protected_service_waits_and_the_status_has_its_plan() -> None:
    scene = waiting()
    asks = scene.status().asks
    assert asks is not None
    assert scene.ready() == "AwaitingApproval!"
    assert f"`trueup approve web --plan {asks.plan}`" in scene.message()
    assert "restart  web -> app:2" in asks.text
    assert asks.services == ("web",)
    assert scene.runs == {"web": "app:1 running"}
    scene.untouched()


def test_an_approval_lets_it_go_on_and_is_kept_with_who_gave_it() -> None:
    scene = waiting()
    scene.decide()
    scene.settle()
    assert (scene.ready(), scene.runs) == ("Verified", {"web": "app:2 running"})
    (one,) = scene.status().approvals
    assert (one.decision, one.by, one.via) == ("Approved", "ann", "test")
    assert one.used
    assert scene.status().asks is None


def test_an_approval_of_another_plan_is_for_nothing() -> None:
    scene = waiting()
    scene.decide()
    scene.image("app:3", services=SAID)
    scene.settle()
    assert (scene.ready(), scene.runs) == ("AwaitingApproval!", {"web": "app:1 running"})
    assert scene.status().approvals == ()


def test_an_approval_counts_once() -> None:
    scene = waiting()
    scene.decide()
    scene.settle()
    scene.image("app:1", services=SAID)
    scene.settle()
    scene.decide()
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}

    scene.image("app:2", services=SAID)
    scene.settle()
    assert (scene.ready(), scene.runs) == ("AwaitingApproval!", {"web": "app:1 running"})


def test_a_rejected_plan_is_not_carried_out() -> None:
    scene = waiting()
    scene.decide(REJECTED)
    scene.settle()
    assert (scene.ready(), scene.runs) == ("Rejected!", {"web": "app:1 running"})
    assert "ann rejected plan" in scene.message()
    scene.untouched()
    scene.decide()
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}


def test_a_rollback_is_covered_by_the_approval_of_what_failed() -> None:
    scene = waiting()
    scene.host.behaviours["app:2"] = FAILS
    scene.decide()
    scene.settle()
    assert (scene.ready(), scene.runs) == ("RolledBack!", {"web": "app:1 running"})
    assert scene.results[-1] == "RolledBack"


def test_a_plan_in_a_committed_file_is_approved_once() -> None:
    scene = waiting()
    asks = scene.status().asks
    assert asks is not None
    scene.wanted[WEB] = replace(scene.wanted[WEB], agreed=frozenset({asks.plan}), revision="c9")
    scene.news[WEB] += 1
    scene.settle()
    (one,) = scene.status().approvals
    assert (one.via, one.by, scene.runs["web"]) == (
        "committed file",
        "repo at c9",
        "app:2 running",
    )

    scene.image("app:1", services=SAID)
    scene.settle()
    scene.decide()
    scene.settle()
    scene.image("app:2", services=SAID)
    scene.wanted[WEB] = replace(scene.wanted[WEB], agreed=frozenset({asks.plan}))
    scene.settle()
    assert scene.ready() == "AwaitingApproval!"


def test_an_old_approval_fits_no_later_plan_however_many_came_between() -> None:
    scene = waiting()
    asks = scene.status().asks
    assert asks is not None
    agreed, plans = frozenset({asks.plan}), {asks.plan}

    def say(image: str) -> None:
        scene.image(image, services=SAID)
        scene.wanted[WEB] = replace(scene.wanted[WEB], agreed=agreed)
        scene.settle()

    say("app:2")
    assert scene.runs == {"web": "app:2 running"}, "the committed file approves the first"
    for turn in range(HISTORY + 2):
        new, old = ("app:1", "app:2") if turn % 2 == 0 else ("app:2", "app:1")
        say(new)
        asks = scene.status().asks
        assert asks is not None
        assert asks.plan not in plans
        assert (scene.ready(), scene.runs) == ("AwaitingApproval!", {"web": f"{old} running"})
        plans.add(asks.plan)
        scene.decide()
        scene.settle()
        assert scene.runs == {"web": f"{new} running"}


def test_an_approved_correction_uses_up_its_own_approval_and_no_other() -> None:
    two = (Approval("Stack/web", "p1", APPROVED), Approval("Stack/web", "p2", APPROVED))
    status, now = Status(WEB, approvals=two), datetime(2026, 1, 1, tzinfo=UTC)
    plan = Plan(WEB, Verdict.OUT_OF_SYNC, "", approved="p1", heals=True)
    used = [bool(one.used) for one in spent(status, plan, now).approvals]
    assert used == [True, False]
    every = spent(status, replace(plan, heals=False), now).approvals
    assert [bool(one.used) for one in every] == [True, True]


def test_the_approval_that_was_used_last_is_never_trimmed() -> None:
    scene = waiting()
    asks = scene.status().asks
    assert asks is not None
    used = Approval("Stack/web", "old", APPROVED, at="0", used="2025-01-01T00:00:00+00:00")
    status = replace(scene.status(), approvals=(used,))
    plan = Plan(WEB, Verdict.OUT_OF_SYNC, "", asks=asks)
    said = [Approval("Stack/web", asks.plan, REJECTED, "ann", str(n)) for n in range(30)]
    resource: Resource[object] = Resource(WEB, None, "", "repo", "origin", "c1")
    kept = consented(status, plan, resource, said).approvals
    assert (kept[0], kept[1:]) == (used, tuple(said[1 - HISTORY :]))


def test_trueup_may_be_killed_at_any_moment_of_an_approved_change() -> None:
    moment = 0
    while True:
        moment += 1
        scene = waiting()
        scene.decide()
        died = scene.dies(moment)
        scene.settle()
        assert (scene.ready(), scene.runs) == ("Verified", {"web": "app:2 running"}), moment
        if not died:
            break
    assert moment > 5


def test_trueup_may_be_killed_at_any_moment_of_an_approved_change_that_fails() -> None:
    moment = 0
    while True:
        moment += 1
        scene = waiting()
        scene.host.behaviours["app:2"] = FAILS
        scene.decide()
        died = scene.dies(moment)
        scene.settle()
        assert (scene.ready(), scene.runs) == ("RolledBack!", {"web": "app:1 running"}), moment
        if not died:
            break
    assert moment > 5


def test_what_is_down_is_started_while_its_change_waits() -> None:
    scene = waiting()
    scene.host.kill("web-web-1")
    scene.settle()
    assert (scene.ready(), scene.runs) == ("AwaitingApproval!", {"web": "app:1 running"})
    assert scene.results[-1] == "Healed"
