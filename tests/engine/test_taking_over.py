"""What runs without our labels is taken over by one stack only, and that is to be seen."""

import pytest

from tests.engine.scene import Scene
from tests.fake_host import image_id
from tests.kinds.stack.builders import project, service
from trueup.engine.names import Names
from trueup.model.container import ADOPTER
from trueup.model.errors import ToolError
from trueup.model.key import Key

A, B = Key("Stack", "a"), Key("Stack", "b")
MARKER = "trueup-adopted-shop"


def rivals() -> Scene:
    """Return two stacks that would take over the one container that somebody started."""
    scene = Scene()
    scene.host.images["stray:1"] = image_id("stray:1")
    scene.host.every[scene.host.stray("shop", "api", "shop-api-1")].start(0.0)
    compose = project(api=service("stray:1")) | {"networks": {"default": {}}}
    for key in (B, A):
        scene.stack(compose, key=key, project="shop", adopt=True)
    return scene


def test_who_took_over_what_runs_is_on_record_on_the_host() -> None:
    scene = rivals()
    before = scene.container.id
    scene.settle(A)
    assert scene.ready(A) == "Unverified"
    assert scene.host.labels[MARKER] == {ADOPTER: "Stack/a.origin"}
    assert scene.container.id == before


def test_a_second_stack_is_refused_while_the_first_is_still_at_it() -> None:
    scene = rivals()
    scene.clock.after(1.0, lambda: scene.tries(B))
    scene.look(A)
    assert (scene.ready(A), scene.ready(B)) == ("Unverified", "Refused!")
    assert scene.status(B).applied is None


def test_within_one_trueup_the_record_is_enough_should_the_marker_be_gone() -> None:
    scene = rivals()
    scene.settle(A)
    scene.host.volumes.discard(MARKER)
    del scene.host.labels[MARKER]
    scene.look(B)
    assert scene.status(B).applied is None
    assert "compose project shop is of Stack/a already" in scene.message(B)


def test_another_trueup_is_refused_by_the_marker_alone() -> None:
    scene = rivals()
    scene.settle(A)
    scene.names = Names()
    del scene.wanted[A]
    scene.look(B)
    assert scene.ready(B) == "Refused!"
    assert "taken over by Stack/a.origin (volume trueup-adopted-shop" in scene.message(B)
    assert scene.status(B).applied is None


def test_of_two_that_begin_at_once_on_one_engine_the_host_lets_one() -> None:
    scene = rivals()
    del scene.wanted[A]
    scene.host.before = lambda what: (
        scene.host.labels.update({MARKER: {ADOPTER: "Stack/a.origin"}})
        if what == "claim shop"
        else None
    )
    scene.look(B)
    assert scene.status(B).applied is None
    assert "was taken over by Stack/a.origin" in scene.message(B)


def test_the_one_that_took_it_over_goes_on_though_its_memory_is_lost() -> None:
    scene = rivals()
    scene.settle(A)
    scene.records.texts.clear()
    scene.settle(A)
    assert scene.ready(A) == "Unverified"


def test_what_is_removed_leaves_no_marker() -> None:
    scene = rivals()
    scene.settle(A)
    scene.leave(A)
    scene.settle(A)
    assert MARKER not in scene.host.volumes
    assert scene.host.every == {}


def test_a_marker_of_somebody_else_is_told_by_the_host() -> None:
    scene = Scene()
    scene.host.claim("shop", "one")
    scene.host.claim("shop", "one")
    with pytest.raises(ToolError):
        scene.host.claim("shop", "other")
