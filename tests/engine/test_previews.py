"""A preview is carried out beside what runs, and leaves nothing, however it ends."""

from dataclasses import replace

import pytest

from tests.engine.scene import WEB, KilledError
from tests.engine.test_trials import RUN, Repair, broken
from trueup.engine.execute import Execution, execute_or_undo
from trueup.engine.journal import Book
from trueup.kinds.stack.preview import Preview
from trueup.model.key import Key, parse_key
from trueup.model.outcome import Outcome
from trueup.model.plan import Plan
from trueup.model.status import Status
from trueup.model.steps import Build

KEY: Key = parse_key(RUN)
LIVE = "web-web-1 running"


def candidate(text: str) -> Repair:
    """Return a broken stack, and a Run that has built a candidate and not handed it over."""
    scene = broken()
    scene.put_forward(text)
    plan = scene.kind.plan(
        scene.wanted[WEB],
        scene.kind.observe(scene.wanted[WEB], Status(WEB), scene.host),
        Status(WEB),
    )
    builds = tuple(one for one in plan.steps if isinstance(one, Build))
    assert carried_out(scene, replace(plan, key=KEY, steps=builds)).error is None
    return scene


def preview(scene: Repair) -> Preview:
    resource = scene.wanted[WEB]
    facts = scene.kind.observe(resource, scene.status(), scene.host)
    networks = scene.host.networks
    return Preview(KEY, WEB, resource.origin, facts.wanted, "web", networks=networks, timeout=5.0)


def carried_out(scene: Repair, plan: Plan) -> Outcome:
    """Carry a plan out as a Run does."""
    world = scene.world()
    book = Book(world, Status(KEY), plan)
    return execute_or_undo(Execution(world, plan, book, 60.0, lambda: False))


def test_a_candidate_is_verified_beside_the_live_service_and_removed() -> None:
    scene = candidate("fixed")
    seen: list[list[str]] = []
    scene.host.before = lambda what: seen.append(scene.host.names) if "remove" in what else None
    live = dict(scene.host.every)

    outcome = carried_out(scene, preview(scene).plan())

    assert outcome.error is None
    assert seen[-1] == ["web-preview-fix-web-preview-1 running", LIVE]
    assert scene.host.every == live
    assert list(scene.host.networks) == ["web_default"]


def test_one_that_fails_is_removed_as_well_and_says_why() -> None:
    scene = candidate("bad too")
    live = dict(scene.host.every)

    outcome = carried_out(scene, preview(scene).plan())

    assert "answers 500" in str(outcome.error)
    assert scene.host.every == live


def test_what_a_killed_process_leaves_of_one_goes_with_the_next() -> None:
    moment = 0
    while True:
        moment += 1
        scene = candidate("fixed")
        live = dict(scene.host.every)
        scene.kill_at = len(scene.moments) + moment
        try:
            carried_out(scene, preview(scene).plan())
            died = False
        except KilledError:
            died = True
        scene.kill_at = 0
        left = carried_out(scene, preview(scene).put_away())
        assert left.error is None
        assert scene.host.every == live, moment
        assert carried_out(scene, preview(scene).plan()).error is None
        assert scene.host.every == live
        if not died:
            break
    assert moment > 5


@pytest.mark.parametrize("text", ["fixed", "bad too"])
def test_the_stack_does_not_mind_a_preview_that_was_left(text: str) -> None:
    scene = candidate(text)
    scene.host.before = lambda what: _killed() if what.startswith("remove web-preview") else None
    with pytest.raises(KilledError):
        carried_out(scene, preview(scene).plan())
    scene.host.before = lambda _: None
    assert len(scene.host.every) == 2

    scene.withdraw()
    scene.settle()
    scene.untouched()
    assert LIVE in scene.host.names


def _killed() -> None:
    raise KilledError
