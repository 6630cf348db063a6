"""What holds for every plan, whatever is wanted and whatever happened on the host."""

import copy

from hypothesis import HealthCheck, given, settings

from tests.kinds.stack.builders import document
from tests.kinds.stack.strategies import Story, stories, with_strangers
from trueup.model.plan import Verdict
from trueup.model.steps import Mend, Reload, Remove

EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@EXAMPLES
@given(stories())
def test_after_a_plan_was_carried_out_there_is_nothing_left_to_do(story: Story) -> None:
    world = story.world()
    world.deployed()
    again = world.plan()
    assert (again.verdict, again.steps) == (Verdict.IN_SYNC, ())


@EXAMPLES
@given(stories())
def test_nothing_is_done_to_a_container_that_is_not_ours(story: Story) -> None:
    world = story.world()
    strangers = with_strangers(world)
    before = {one: copy.deepcopy(world.host.every[one]) for one in strangers}
    todo = world.plan()
    touched = {s.container for s in todo.steps if isinstance(s, Mend | Reload)}
    assert not touched & strangers
    world.apply(todo)
    assert {one: world.host.every.get(one) for one in strangers} == before


@EXAMPLES
@given(stories())
def test_a_stranger_in_the_project_stops_every_step(story: Story) -> None:
    world = story.world()
    world.stray("z", "web-z-1")
    assert world.plan().verdict is Verdict.BLOCKED
    assert world.plan().steps == ()


@EXAMPLES
@given(stories())
def test_the_same_look_gives_the_same_plan_in_whatever_order(story: Story) -> None:
    world = story.world()
    todo = world.plan()
    assert world.plan() == todo
    services = world.compose["services"]
    world.says({**world.compose, "services": dict(reversed(services.items()))})
    assert str(world.plan()) == str(todo)


@EXAMPLES
@given(stories())
def test_looking_and_planning_change_nothing(story: Story) -> None:
    world = story.world()
    before = copy.deepcopy(world.host.every), list(world.host.changes)
    world.plan()
    assert (world.host.every, world.host.changes) == before


@EXAMPLES
@given(stories())
def test_what_is_not_pruned_is_never_removed(story: Story) -> None:
    world = story.world()
    world.wants(document(prune=False, services=story.resource.spec.services))
    assert not [step for step in world.plan().steps if isinstance(step, Remove)]
