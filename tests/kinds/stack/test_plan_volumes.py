"""Volumes that are there before a stack is: whose data it is, and who may have it."""

from typing import Any

import pytest

from tests.kinds.stack.builders import ORIGIN, Model, document, project, service, volume
from tests.kinds.stack.world import World
from trueup.model.container import PROJECT, SOURCE, STACK
from trueup.model.plan import Verdict

THEIRS = {PROJECT: "web", "com.docker.compose.volume": "data"}
OURS = {STACK: "Stack/web", SOURCE: ORIGIN}


def keeping(**said: Any) -> Model:
    """Return a project with one service that keeps data in a volume."""
    one = {"name": "web_data", **said}
    return project(web=service(volumes=[volume("data", "/d")])) | {"volumes": {"data": one}}


def found(labels: dict[str, str], compose: Model | None = None, **spec: Any) -> World:
    """Return a stack that is new on a host where its volume is there."""
    world = World(compose or keeping(), document(**spec))
    world.host.volumes.add("web_data")
    world.host.labels["web_data"] = labels
    return world


def test_what_another_project_of_the_name_has_left_behind_is_not_mounted() -> None:
    plan = found(THEIRS).plan()
    assert (plan.verdict, plan.steps) == (Verdict.BLOCKED, ())
    assert "volume web_data was made by somebody who did not use Trueup" in plan.reason
    assert "set spec.adopt: true to take the data over" in plan.reason


def test_what_a_stack_of_another_source_has_left_behind_is_not_mounted() -> None:
    plan = found(THEIRS | OURS | {SOURCE: "elsewhere"}).plan()
    assert "volume web_data was made by Stack/web of another source" in plan.reason


@pytest.mark.parametrize(
    ("labels", "compose", "spec"),
    [
        (THEIRS | OURS, keeping(), {}),
        (THEIRS, keeping(), {"adopt": True}),
        ({}, keeping(), {}),
    ],
    ids=["our own", "adopted", "made by hand for it"],
)
def test_a_volume_that_is_ours_or_asked_for_is_mounted(
    labels: dict[str, str], compose: Model, spec: dict[str, Any]
) -> None:
    world = found(labels, compose, **spec)
    assert world.plan().verdict is Verdict.ABSENT
    assert world.deployed().plan().verdict is Verdict.IN_SYNC


def test_the_data_of_a_stack_is_found_again_after_its_document_was_gone() -> None:
    world = World(keeping()).deployed()
    assert world.host.labels["web_data"] == {PROJECT: "web", **OURS}
    again = World(keeping(), host=world.host)
    again.host.every.clear()
    assert again.plan().verdict is Verdict.ABSENT


def test_a_volume_of_an_earlier_release_says_nothing_and_is_mounted_by_a_later_one() -> None:
    world = World(keeping()).deployed()
    world.host.labels["web_data"] = THEIRS
    assert world.plan().verdict is Verdict.IN_SYNC
    compose = keeping()
    compose["services"]["web"]["environment"] = {"A": "1"}
    world.says(compose)
    assert world.plan().verdict is Verdict.OUT_OF_SYNC


def test_where_our_containers_run_the_volume_is_theirs_though_nothing_is_remembered() -> None:
    world = World(keeping()).deployed()
    world.host.labels["web_data"] = THEIRS
    again = World(keeping(), host=world.host)
    assert again.plan().verdict is Verdict.UNVERIFIED
