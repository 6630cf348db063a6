"""Stacks that want one name on a shared network at the same moment: one of them gets it."""

from tests.engine.scene import Scene
from tests.kinds.stack.builders import Model, project, service
from trueup.model.key import Key

A, B = Key("Stack", "a"), Key("Stack", "b")


def twins() -> Scene:
    """Return two new stacks with one service of the same name, neither looked at yet."""
    scene = Scene()
    for key in (B, A):
        scene.stack(api(), key=key, network="shared")
    return scene


def api(name: str = "api") -> Model:
    return project(**{name: service("app:1")}) | {"networks": {"default": {}}}


def meanwhile(scene: Scene, key: Key) -> None:
    """Have another worker look at a stack in the middle of the next deploy."""

    def happens(what: str) -> None:
        if what.startswith("up"):
            scene.host.before = lambda _: None
            scene.look(key)

    scene.host.before = happens


def test_of_two_that_begin_at_once_the_second_is_refused_before_it_starts_anything() -> None:
    scene = twins()
    meanwhile(scene, B)
    scene.look(A)
    assert (scene.ready(A), scene.ready(B)) == ("Unverified", "Refused!")
    assert "service api on the shared network trueup is of Stack/a" in scene.message(B)
    assert scene.host.names == ["a-api-1 running"]
    scene.settle(A)
    assert scene.ready(A) == "Unverified"


def test_the_first_by_name_has_the_first_choice_whoever_is_looked_at_first() -> None:
    scene = twins()
    assert scene.look(B) == 0.5
    assert scene.host.names == []
    assert scene.message(B) == "waits for Stack/a, which chooses its names first"
    scene.settle(A)
    scene.look(B)
    assert (scene.ready(A), scene.ready(B)) == ("Unverified", "Refused!")


def test_the_one_that_runs_keeps_its_name_whatever_the_other_is_called() -> None:
    scene = Scene()
    scene.stack(api(), key=B, network="shared")
    scene.settle(B)
    scene.stack(api(), key=A, network="shared")
    scene.settle(B)
    scene.look(A)
    assert (scene.ready(A), scene.ready(B)) == ("Refused!", "Unverified")
    assert scene.host.names == ["b-api-1 running"]


def test_a_name_is_kept_while_the_container_that_has_it_is_away() -> None:
    scene = twins()
    scene.settle(A)
    scene.host.delete("a-api-1")
    scene.look(B)
    assert scene.ready(B) == "Refused!"
    scene.settle(A)
    assert scene.host.names == ["a-api-1 running"]


def test_what_was_refused_goes_on_once_the_name_is_free() -> None:
    scene = twins()
    scene.settle(A)
    assert scene.look(B) == 10
    scene.leave(A)
    scene.look(A)
    assert scene.names.freed() == (B,)
    scene.settle(B)
    assert scene.host.names == ["b-api-1 running"]


def test_a_stack_that_renames_its_service_frees_the_name() -> None:
    scene = twins()
    scene.settle(A)
    scene.look(B)
    scene.stack(api("front"), key=A, network="shared")
    scene.settle(A)
    assert scene.names.freed() == (B,)
    scene.settle(B)
    assert scene.host.names == ["a-front-1 running", "b-api-1 running"]


def test_what_waits_for_something_else_keeps_nobody_waiting() -> None:
    scene = twins()
    scene.stack(api(), key=A, network="shared", suspended="hands off")
    scene.look(A)
    scene.settle(B)
    assert scene.host.names == ["b-api-1 running"]


def test_a_stranger_on_the_network_stops_nobody_who_was_verified_before() -> None:
    scene = twins()
    scene.settle(A)
    other = scene.host.every[scene.host.stray("shop", "api", "shop-api-1")]
    other.networks["trueup"] = "10.0.0.2"
    scene.host.kill("a-api-1")
    scene.settle(A)
    assert scene.ready(A) == "Unverified"
