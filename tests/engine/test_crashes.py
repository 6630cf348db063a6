"""The process is killed at every moment in turn; the next one makes good what it left."""

from collections.abc import Callable

import pytest

from tests.engine.scene import FAILS, WEB, KilledError, Scene
from tests.fake_container import COMPLETES
from tests.kinds.stack.builders import Model, needs, project, service
from trueup.kinds.stack.spec import Drift, ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import TransientError

SAID = {
    "db": ServiceSpec(stable=1),
    "migrate": ServiceSpec(one_shot=True),
    "new": ServiceSpec(stable=1),
    "old": ServiceSpec(stable=1),
    "web": ServiceSpec(verify=(Http("web", "http://web/"),), stable=1),
}


def release(tag: str, extra: str = "") -> Model:
    """Return a release of three services that wait for each other, and one more."""
    services = {
        "db": service(f"db:{tag}"),
        "migrate": service(f"migrate:{tag}", depends_on=needs(db="started")),
        "web": service(f"app:{tag}", depends_on=needs(migrate="completed_successfully")),
    }
    return project(**services, **({extra: service(f"{extra}:1")} if extra else {}))


def fresh(drift: Drift = Drift.REPAIR) -> Scene:
    """Return a host on which nothing runs yet."""
    scene = Scene()
    scene.host.behaviours["migrate"] = COMPLETES
    scene.stack(release("1", "old"), services=SAID, drift=drift, timeout=3.0)
    return scene


def verified(drift: Drift = Drift.REPAIR) -> Scene:
    """Return a host on which the first release was verified."""
    scene = fresh(drift)
    scene.settle()
    return scene


def good_update(drift: Drift = Drift.REPAIR) -> Scene:
    scene = verified(drift)
    scene.stack(release("2", "new"), services=SAID, drift=drift, timeout=3.0)
    return scene


def bad_update(drift: Drift = Drift.REPAIR) -> Scene:
    scene = good_update(drift)
    scene.host.behaviours["app:2"] = FAILS
    return scene


def drifted() -> Scene:
    scene = verified()
    scene.host.kill("web-web-1")
    scene.host.rename("web-db-1", "web-db-aside")
    scene.host.update("web-old-1", Memory=7)
    return scene


def leaving() -> Scene:
    scene = verified()
    scene.leave()
    return scene


OLD = {"db": "db:1 running", "web": "app:1 running", "old": "old:1 running"}
NEW = {"db": "db:2 running", "web": "app:2 running", "new": "new:1 running"}

STORIES: dict[str, tuple[Callable[[], Scene], dict[str, str], str]] = {
    "a first deploy": (fresh, OLD, "Unverified"),
    "a good update": (good_update, NEW, "Unverified"),
    "a bad update": (bad_update, OLD, "RolledBack!"),
    "a bad update, drift only reported": (
        lambda: bad_update(Drift.REPORT),
        OLD,
        "RolledBack!",
    ),
    "a repair": (drifted, OLD, "Unverified"),
    "a removal": (leaving, {}, ""),
}


def end(scene: Scene) -> dict[str, str]:
    """Return what runs in the end, without the services that have done their work."""
    return {name: said for name, said in scene.runs.items() if name != "migrate"}


@pytest.mark.parametrize("story", STORIES)
def test_a_crash_at_any_moment_is_made_good_by_the_next_look(story: str) -> None:
    begin, runs, ready = STORIES[story]
    moment = 0
    while True:
        moment += 1
        scene = begin()
        died = scene.dies(moment)
        if WEB in scene.wanted:
            scene.settle()
        last = scene.moments[-1]
        assert (end(scene), scene.ready().replace("Verified", "Unverified")) == (runs, ready), (
            moment,
            last,
        )
        assert scene.status().journal is None
        if not died:
            break
        if WEB in scene.wanted:
            scene.untouched(1)
    assert moment > 5


def test_a_crash_while_a_bad_release_is_verified_does_not_lose_the_way_back() -> None:
    scene = bad_update()
    scene.clock.after(2, _kill)
    with pytest.raises(KilledError):
        scene.settle()
    assert scene.runs["web"] == "app:2 running"
    scene.look()
    assert scene.runs["web"] == "app:1 running"
    assert scene.results == ["Applied", "RolledBack"]


def test_a_second_crash_on_the_way_back_does_not_lose_it_either() -> None:
    for moment in range(1, 40):
        scene = bad_update()
        first = scene.dies(moment)
        second = scene.dies(moment)
        scene.settle()
        assert end(scene) == OLD
        if not (first or second):
            return
    raise AssertionError("it never ends")


def test_what_was_being_taken_back_is_not_tried_again_after_a_crash() -> None:
    scene = bad_update()
    scene.dies_on_the_way_back()
    assert scene.runs["web"] == "app:2 running"
    del scene.host.registry["app:2"], scene.host.images["app:2"]
    scene.settle()
    assert (end(scene), scene.ready()) == (OLD, "RolledBack!")
    assert "its rollback was cut off" in scene.message()
    scene.untouched()


def test_each_step_is_on_record_before_it_starts() -> None:
    scene = fresh()
    steps: list[tuple[str, str]] = []

    def before(what: str) -> None:
        journal = scene.status().journal
        steps.append((what, journal.step.split("  cause")[0] if journal else ""))

    scene.host.before = before
    scene.settle()
    told = {what: step for what, step in steps if what.startswith(("pull", "up"))}
    assert told == {
        "pull app:1": "pull     web app:1",
        "pull db:1": "pull     db db:1",
        "pull migrate:1": "pull     migrate migrate:1",
        "pull old:1": "pull     old old:1",
        "up web db old": "restart  db -> db:1",
        "up web migrate": "restart  migrate -> migrate:1",
        "up web web": "restart  web -> app:1",
    }


def test_a_step_that_could_not_be_put_on_record_is_not_taken() -> None:
    scene = fresh()
    scene.kill_at = len(scene.moments) + 2
    with pytest.raises(KilledError):
        scene.look()
    assert scene.host.every == {}


def test_an_engine_that_dies_at_any_change_is_made_good_once_it_answers_again() -> None:
    """The engine goes away for good at the nth change of the host, and comes back later."""
    number = 0
    while True:
        number += 1
        scene = bad_update()
        gone = _engine_gone_at(scene, number)
        for _ in range(3):
            scene.clock.wait(scene.look() or 0)
        scene.host.answering = True
        scene.host.before = lambda _: None
        scene.settle()
        assert end(scene) == OLD, number
        assert scene.status().stuck == ""
        if not gone:
            return


def _engine_gone_at(scene: Scene, number: int) -> list[str]:
    gone: list[str] = []
    count = 0

    def before(what: str) -> None:
        nonlocal count
        count += 1
        if count == number:
            gone.append(what)
            scene.host.answering = False
            raise TransientError("the Docker engine does not answer")

    scene.host.before = before
    return gone


def _kill() -> None:
    raise KilledError
