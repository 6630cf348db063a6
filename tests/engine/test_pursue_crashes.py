"""A Run is killed at every moment in turn, or its disk is full; whoever resumes makes it good."""

import math
from collections.abc import Callable

import pytest

from tests.engine.scene import WEB
from tests.engine.town import DIRECT, RUN, Town, broken
from tests.fake_shop import COST

QUESTION = {"ask": {"answer": "why", "prompt": "Why?", "schema": {"type": "object"}}}
PREVIEWED = ["patch", "build", "restart", "verify", "publish"]


def right() -> Town:
    town = broken()
    town.repair("fixed")
    return town


def right_after_a_preview() -> Town:
    town = broken()
    town.repair("fixed", steps=PREVIEWED)
    return town


def right_later() -> Town:
    town = broken()
    town.repair("bad 1", "fixed", budget={"attempts": 2})
    return town


def never() -> Town:
    town = broken()
    town.repair("bad 1", "bad 2", budget={"attempts": 2})
    return town


def asked_first() -> Town:
    town = broken()
    shop = town.repair("fixed", steps=[QUESTION, *DIRECT])
    shop.replies = ['{"a": 1}']
    return town


def withdrawn() -> Town:
    town = right()
    town.sleepy = True
    town.goes_on(until=lambda: town.ended == "Applied")
    town.drop()
    return town


STORIES: dict[str, tuple[Callable[[], Town], tuple[str, str, str]]] = {
    "right at once": (right, ("Succeeded Published", "fixed", "fixed")),
    "right after a preview": (right_after_a_preview, ("Succeeded Published", "fixed", "fixed")),
    "right later": (right_later, ("Succeeded Published", "fixed", "fixed")),
    "never right": (never, ("RolledBack AttemptsUsedUp", "good", "bad")),
    "a question first": (asked_first, ("Succeeded Published", "fixed", "fixed")),
    "withdrawn": (withdrawn, ("none", "good", "bad")),
}


@pytest.mark.parametrize("story", ["right at once", "never right", "withdrawn"])
def test_a_crash_at_some_moments_of_a_run_is_made_good(story: str) -> None:
    _crash_at_every(11, story)


@pytest.mark.thorough
@pytest.mark.parametrize("story", STORIES)
def test_a_crash_at_any_moment_of_a_run_is_made_good(story: str) -> None:
    _crash_at_every(1, story)


def _crash_at_every(pace: int, story: str) -> None:
    begin, end = STORIES[story]
    moment = 0
    while True:
        moment += pace
        town = begin()
        asked = town.shops[RUN].asked
        died = town.dies_at(moment)
        last, lost = town.moments[-1], died and _lost(town.moments)
        town.goes_on()
        assert (town.told(), town.serves, town.source_says) == end, (moment, last)
        assert town.leases.holder(WEB) is None
        assert town.status().trial is None
        assert all(town.records.read(key).journal is None for key in (RUN, WEB))
        _nothing_twice(town, asked, lost=lost)
        if not died:
            break
    assert moment > (10 if story == "withdrawn" else 30), "hardly anything was tried"


def _lost(moments: list[str]) -> bool:
    """Whether somebody was being asked, and the answer was not on record yet."""
    ends = {f"{RUN} propose": f"{RUN} keep done", f"{RUN} ask 0": f"{RUN} open"}
    last = [one for one in moments if one in {*ends, *ends.values()}]
    return bool(last) and last[-1] in ends


def _nothing_twice(town: Town, before: int, *, lost: bool) -> None:
    """See that nobody was asked again, and nothing published again, unless it was really lost."""
    shop = town.shops[RUN]
    attempts = len(shop.proposals)
    questions = 1 if town.work().answers else 0
    wanted = max(before, attempts + questions)
    assert shop.asked in {wanted, wanted + lost}
    assert len(town.pushes) <= 1
    if town.work().phase.ended:
        assert town.work().usage.calls in {shop.asked, shop.asked - lost}


def test_what_a_model_was_paid_for_is_on_record_before_anything_is_made_of_it() -> None:
    town = right()
    moments = [n for n, one in enumerate(_moments(right()), 1) if one == f"{RUN} propose done"]
    assert town.dies_at(moments[0])

    assert town.work().usage == COST
    town.goes_on()
    assert (town.told(), town.work().usage) == ("Succeeded Published", COST + COST)


def test_a_stored_proposal_is_used_by_whoever_resumes() -> None:
    town = right()
    moments = [n for n, one in enumerate(_moments(right()), 1) if one == f"{RUN} keep done"]
    assert town.dies_at(moments[0])

    town.goes_on()

    assert (town.told(), town.shops[RUN].asked) == ("Succeeded Published", 1)


def test_a_lease_outlives_the_process() -> None:
    town = right()
    town.goes_on(until=lambda: town.work().stage == 1)

    town.restart()

    assert town.leases.holder(WEB) == RUN


def test_a_full_disk_at_some_writes_costs_no_attempt_and_loses_nothing() -> None:
    _full_at_every(6, "right at once")


@pytest.mark.thorough
@pytest.mark.parametrize("story", ["right at once", "right later", "never right"])
def test_a_full_disk_at_any_write_costs_no_attempt_and_loses_nothing(story: str) -> None:
    _full_at_every(1, story)


def _full_at_every(pace: int, story: str) -> None:
    begin, end = STORIES[story]
    space = -1
    while True:
        space += pace
        town = begin()
        town.records.space = space
        town.clock.after(45, lambda town=town: _mend(town))  # type: ignore[misc]
        before = town.records.writes
        town.goes_on()
        _mend(town)
        town.goes_on()
        assert (town.told(), town.serves, town.source_says) == end, space
        assert town.work().attempt <= (1 if story == "right at once" else 2), space
        if town.records.writes - before <= space:
            break
    assert space > 20


def _mend(town: Town) -> None:
    town.records.space = math.inf


def _moments(town: Town) -> list[str]:
    begun = len(town.moments)
    town.goes_on()
    return town.moments[begun:]
