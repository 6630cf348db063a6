"""What has run out stops nothing half-way, and a clock that jumps holds nothing up."""

import math
from datetime import timedelta

import pytest

from tests.engine.scene import FAILS, HTTP, Scene, deployed
from tests.fake_host import image_id
from trueup.model.errors import TransientError

BEGUN = 2
"""After the pull and the restart were put on record, the host has been touched."""


def verified() -> Scene:
    return deployed("app:1")


def jump(scene: Scene, by: timedelta) -> None:
    scene.clock.epoch += by


@pytest.mark.parametrize("writes", range(6))
def test_a_release_that_fails_on_a_full_disk_is_taken_back_all_the_same(writes: int) -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", **HTTP)
    scene.records.space = writes
    scene.tries()
    assert scene.runs == {"web": "app:1 running"}

    scene.records.space = math.inf
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.ready() == "RolledBack!"


@pytest.mark.parametrize("writes", range(6))
def test_a_good_release_on_a_full_disk_ends_verified_once_there_is_space(writes: int) -> None:
    scene = verified()
    scene.image("app:2", **HTTP)
    scene.records.space = writes
    scene.tries()
    expected = "app:1 running" if writes < BEGUN else "app:2 running"
    assert scene.runs == {"web": expected}

    scene.records.space = math.inf
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}
    assert scene.ready() == "Verified"


@pytest.mark.parametrize("error", [MemoryError(), ValueError("a surprise"), OSError(24, "x")])
@pytest.mark.parametrize("verb", ["up", "pin"])
def test_whatever_happens_half_way_what_was_touched_is_made_good(
    error: Exception, verb: str
) -> None:
    scene = verified()
    scene.image("app:2", **HTTP)
    scene.host.failures[verb] = [error]
    scene.settle()
    assert scene.runs["web"] in {"app:1 running", "app:2 running"}
    assert scene.ready() in {"RolledBack!", "Verified"}


def test_a_clock_that_was_set_back_delays_no_try() -> None:
    scene = Scene()
    scene.host.registry["app:1"] = TransientError("no route to host")
    scene.image("app:1", **HTTP)
    scene.look()
    assert scene.ready() == "Waiting!"
    scene.host.registry["app:1"] = image_id("app:1")
    scene.clock.epoch -= timedelta(days=400)
    scene.settle()
    assert scene.ready() == "Verified"


def test_a_clock_that_jumps_ahead_changes_nothing() -> None:
    scene = verified()
    scene.clock.epoch += timedelta(days=400)
    scene.untouched()


def test_a_clock_that_jumps_while_a_release_is_verified_does_not_cut_that_short() -> None:
    scene = verified()
    scene.image("app:2", **HTTP)
    scene.clock.after(2, lambda: jump(scene, timedelta(days=1)))
    scene.clock.after(4, lambda: jump(scene, timedelta(days=-2)))
    scene.settle()
    assert scene.ready() == "Verified"
