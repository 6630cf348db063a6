"""Waiting until checks hold: what is good enough, what is hopeless, and what is too early."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.engine.scene import Scene, SceneClock
from tests.fake_container import COMPLETES, CRASHES, UNHEALTHY, Behaviour
from tests.kinds.stack.builders import Model, health, project, service
from trueup.engine.verify import HopelessError, Watch, wait
from trueup.model.checks import Check, Completed, Healthy, Http, Stable
from trueup.model.errors import SupersededError, ToolError, TransientError
from trueup.model.ports import Task
from trueup.model.steps import Verify


class Case:
    """A container of a service that behaves in some way, and the wait for its checks."""

    def __init__(self, behaviour: Behaviour, model: Model | None = None) -> None:
        self.scene = Scene()
        self.scene.host.behaviours["web"] = behaviour
        self.scene.stack(project(web=model or service()))
        self.scene.host.images["app:1"] = "sha256:" + "1" * 64
        self.log: list[str] = []
        self.reminders: list[str] = []
        compose = project(web=model or service())
        self.scene.host.files["release.json"] = compose
        self.task = Task(60, self.log.append, lambda: self.scene.stopping)
        self.up()

    def up(self) -> None:
        """Have compose make the container that is missing."""
        self.scene.host.up("web", "release.json", ["web"], self.task, recreate=False)

    def starts(self) -> None:
        """Have the container run again."""
        self.scene.container.start(self.scene.clock.seconds)

    def waits(self, *checks: Check, timeout: float = 60.0) -> float:
        """Return how many seconds it takes until the checks hold."""
        step = Verify("web", checks, timeout)
        world = self.scene.world()
        wait(Watch(world, step, self.task, "", self.reminders.append))
        return self.scene.clock.seconds


def test_a_service_is_stable_once_it_ran_for_a_while_without_a_restart() -> None:
    assert Case(Behaviour()).waits(Stable("web", 10)) == 10


def test_a_restart_begins_the_stable_time_anew() -> None:
    case = Case(Behaviour())
    case.scene.clock.after(6, lambda: case.scene.container.start(case.scene.clock.seconds))
    assert case.waits(Stable("web", 10)) == 16


def test_a_short_window_is_over_to_the_moment() -> None:
    assert Case(Behaviour()).waits(Stable("web", 0.13)) == pytest.approx(0.13)


def test_what_takes_long_is_looked_at_less_and_less_often() -> None:
    case = Case(Behaviour(healthy_after=60), service(healthcheck=health()))
    asked: list[float] = []

    def superseded() -> bool:
        asked.append(case.scene.clock.seconds)
        return False

    case.task = Task(60, case.log.append, superseded)
    case.waits(Healthy("web"), timeout=90)
    assert asked[:4] == pytest.approx([0, 0.05, 0.15, 0.35])
    assert len(asked) <= 130


def test_a_service_that_crash_loops_is_hopeless_long_before_the_deadline() -> None:
    case = Case(CRASHES, service(restart="always"))
    with pytest.raises(HopelessError, match="crash-loops: 3 restarts"):
        case.waits(Stable("web", 10))
    assert case.scene.clock.seconds < 10


def test_a_service_that_ended_and_is_not_restarted_is_hopeless() -> None:
    with pytest.raises(HopelessError, match=r"web is exited \(exit code 1\)"):
        Case(CRASHES).waits(Stable("web", 10))


def test_a_long_wait_says_now_and_then_what_it_waits_for() -> None:
    slow = Case(Behaviour(healthy_after=45), service(healthcheck=health()))
    slow.waits(Healthy("web"))
    assert slow.reminders == ["still waiting: web is starting"] * 2


def test_a_health_check_is_waited_for() -> None:
    slow = Case(Behaviour(healthy_after=7), service(healthcheck=health()))
    assert 7 <= slow.waits(Healthy("web")) <= 7.5


def test_a_service_that_stays_unhealthy_fails_at_the_deadline_and_says_so() -> None:
    case = Case(UNHEALTHY, service(healthcheck=health()))
    with pytest.raises(ToolError, match="not verified within 20s: web is unhealthy"):
        case.waits(Healthy("web"), timeout=20)
    assert case.scene.clock.seconds == 20


def test_a_one_shot_service_is_done_when_it_ended_well() -> None:
    assert 5 <= Case(Behaviour(exit_code=0, lives=5)).waits(Completed("web")) <= 5.5
    assert Case(COMPLETES).waits(Completed("web")) == 0


def test_a_one_shot_service_that_ended_badly_is_hopeless() -> None:
    with pytest.raises(HopelessError, match="exited with code 1, wants 0"):
        Case(CRASHES).waits(Completed("web"))


def test_a_probe_is_not_asked_before_the_container_is_healthy() -> None:
    case = Case(
        Behaviour(healthy_after=5, answers={"*": "refuses"}), service(healthcheck=health())
    )
    case.scene.clock.after(6, lambda: setattr(case.scene.container, "behaviour", Behaviour()))
    assert case.waits(Healthy("web"), Http("web", "http://web/")) >= 6
    assert case.log[0] == "waiting: web is starting"
    assert case.log[1] == "waiting: refuses"
    assert case.log[-1] == "verified: web is healthy, http://web/ is 200"


def test_what_was_stopped_paused_or_removed_by_hand_is_no_verdict_and_ends_the_wait() -> None:
    by_hand: dict[str, Callable[[Scene], None]] = {
        "web is exited": lambda scene: scene.host.kill("web-web-1"),
        "web is paused": lambda scene: scene.host.pause("web-web-1"),
        "web has no container": lambda scene: scene.host.delete("web-web-1"),
    }
    model = service(restart="always", healthcheck=health())
    for check in (Stable("web", 10), Healthy("web")):
        for why, act in by_hand.items():
            case = Case(Behaviour(healthy_after=20), model)
            case.scene.clock.after(2, partial(act, case.scene))
            with pytest.raises(TransientError, match=f"{why}.*: meanwhile web was"):
                case.waits(check)
            assert case.scene.clock.seconds < 6


def test_what_is_paused_for_a_copy_or_replaced_by_hand_is_waited_for() -> None:
    case = Case(Behaviour())
    case.scene.clock.after(2, lambda: case.scene.host.pause("web-web-1"))
    case.scene.clock.after(4, case.starts)
    case.scene.clock.after(6, lambda: case.scene.host.pause("web-web-1"))
    case.scene.clock.after(8, case.starts)
    case.scene.clock.after(10, lambda: case.scene.host.delete("web-web-1"))
    case.scene.clock.after(12, case.up)
    assert 15 <= case.waits(Stable("web", 3)) <= 15.5


def test_a_one_shot_service_whose_container_was_removed_is_no_verdict() -> None:
    case = Case(Behaviour(exit_code=0, lives=9))
    case.scene.clock.after(2, lambda: case.scene.host.delete("web-web-1"))
    with pytest.raises(TransientError, match="web was removed"):
        case.waits(Completed("web"))


def test_what_waits_for_the_health_of_what_has_ended_waits_no_longer() -> None:
    with pytest.raises(HopelessError, match=r"web is exited \(exit code 1\)"):
        Case(Behaviour(1, healthy_after=9), service(healthcheck=health())).waits(Healthy("web"))


def test_an_engine_that_does_not_answer_for_a_moment_is_waited_for() -> None:
    case = Case(Behaviour())
    clock: SceneClock = case.scene.clock
    case.scene.host.answering = False
    clock.after(5, lambda: setattr(case.scene.host, "answering", True))
    assert 6 <= case.waits(Stable("web", 1)) <= 6.5


def test_an_engine_that_does_not_answer_to_the_end_is_no_verdict() -> None:
    case = Case(Behaviour())
    case.scene.host.answering = False
    with pytest.raises(TransientError):
        case.waits(Stable("web", 1), timeout=3)


def test_a_wait_that_leads_nowhere_is_ended() -> None:
    case = Case(Behaviour())
    case.scene.clock.after(3, lambda: setattr(case.scene, "stopping", True))
    with pytest.raises(SupersededError):
        case.waits(Stable("web", 10))
    assert case.scene.clock.seconds < 4


def test_the_same_reason_is_told_once() -> None:
    case = Case(Behaviour())
    case.waits(Stable("web", 10))
    assert case.log == ["waiting: web not stable yet", "verified: web stable for 10s"]
