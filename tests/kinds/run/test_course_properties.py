"""Whatever becomes of its acts, a Run comes to an end, and does nothing before its time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kinds.run.words import (
    AT,
    BUILT,
    KEY,
    LOST,
    NOW,
    PASSES,
    PATCH,
    PLAN,
    SHOWN,
    foresees,
    resource,
    sight,
    spec,
    trial,
)
from trueup.engine.progress import (
    ended,
    failed,
    leased,
    passed,
    patched,
    put_off,
    rewound,
    spoiled,
    standing,
)
from trueup.kinds.run.course import course
from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.observe import observe
from trueup.kinds.run.parse import terms
from trueup.kinds.run.spec import RunSpec
from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.course import (
    Act,
    Apply,
    Begin,
    End,
    Fail,
    Hand,
    Issue,
    Lease,
    Make,
    Open,
    Pass,
    Preview,
    Propose,
    Question,
    Rest,
    Wait,
)
from trueup.model.repair import Proposal
from trueup.model.status import Status, Trial
from trueup.model.work import Work

TURNS = 800
PATIENCE = 5
OK, NO, LATER = "ok", "no", "later"
FREE = ["patch", "build", "restart", "verify", "publish"]
QUESTION = {"ask": {"answer": "why", "prompt": "Why?", "schema": {}}}


@dataclass
class Story:
    """A Run, what is remembered of it, and a world that draws what becomes of its acts.

    It implements `Bench`.
    """

    one: RunSpec
    draw: Callable[[], str]
    status: Status = field(default_factory=lambda: Status(KEY))
    time: datetime = NOW
    tree: str = ""
    said: dict[int, Proposal] = field(default_factory=dict)
    tried: Trial | None = None
    built: bool = False
    published: bool = False
    acts: list[Act] = field(default_factory=list)

    @property
    def work(self) -> Work:
        assert self.status.work is not None
        return self.status.work

    # What there is

    def now(self) -> datetime:
        return self.time

    def sight(self) -> Sight:
        return sight(trial=self.tried, settled=self.tried is None or bool(self.tried.result))

    def holder(self) -> str:
        return "Run/other" if self.draw() == LATER else ""

    def revision(self) -> str:
        return AT

    def opened(self) -> str:
        return self.tree

    def proposal(self, attempt: int) -> Proposal | None:
        return self.said.get(attempt)

    def evidence(self) -> Evidence:
        return Evidence("boom", PASSES if self.draw() == LATER else LOST, "boom")

    def foreseen(self) -> Foreseen:
        said = self.draw()
        if said == NO:
            return foresees(None, problem="it makes no project")
        return foresees(BUILT if self.built else PLAN, SHOWN if said == OK else None)

    def arrived(self) -> bool:
        return self.published and self.draw() == OK

    # What happens

    def turn(self) -> Act:
        """Have one look, and let the world do what it does meanwhile."""
        facts: RunFacts = observe(resource(self.one), self.status, self)
        act = course(resource(self.one), facts, self.status, terms(self.one)).act
        self.acts.append(act)
        self._meanwhile()
        self._take(act)
        return act

    def _meanwhile(self) -> None:
        """The stack tries what it is handed, and takes back what is withdrawn."""
        work = self.status.work
        if work is None:
            return
        if not work.handed:
            self.tried = None if self.draw() == OK else self.tried
        elif self.tried is None or self.tried.attempt != work.mark:
            self.tried = trial("", work.mark)
        elif not self.tried.result and self.draw() != LATER:
            self.tried = trial("Applied" if self.draw() == OK else "RolledBack", work.mark)

    def _take(self, act: Act) -> None:
        self.time += timedelta(seconds=act.seconds if isinstance(act, Wait) else 1)
        match act:
            case Rest():
                return
            case Begin():
                after = act.work
            case Wait():
                after = put_off(self.work, act)
            case End():
                after, self.tree = ended(self.work, act, self._text()), ""
            case Fail():
                after = failed(self.work, act, "", self.one.budget.attempts, self._text())
            case _:
                after = self._tried(act)
        self.status = replace(self.status, work=after)

    def _tried(self, act: Act) -> Work:
        """Return the memory after an act that may have failed."""
        said = OK if isinstance(act, Pass) else self.draw()
        if said == LATER and (patched(self.work) or self.work.waits < PATIENCE):
            return spoiled(self.work, "it may pass", self._text())
        if said != OK:
            return failed(self.work, Fail("no"), "", self.one.budget.attempts, self._text())
        return self._done(act, self.work)

    def _done(self, act: Act, work: Work) -> Work:  # noqa: C901, PLR0911 - one for each act
        match act:
            case Lease():
                return leased(work, str(act.stack), self._text())
            case Open():
                self.tree, self.built = AT, False
                return standing(replace(rewound(work), base=AT))
            case Propose():
                cannot = "a person is needed" if self.draw() == NO else ""
                self.said[work.attempt] = replace(PATCH, cannot=cannot)
                return standing(work)
            case Apply():
                files = tuple(one.path for one in act.proposal.edits)
                return passed(replace(work, files=files), "Succeeded", "edits", self._text())
            case Make():
                self.built = True
                return passed(work, "Succeeded", "built", self._text())
            case Preview():
                return standing(replace(work, previewed=act.digest))
            case Hand():
                return standing(replace(work, handed=True, touched=True))
            case Question():
                return standing(replace(work, answers={**work.answers, act.answer: "{}"}))
            case Issue():
                self.published = True
                return standing(replace(work, commit="c0ffee"))
            case Pass():
                return passed(work, act.state, act.message, self._text())
            case Begin() | Wait() | Rest() | Fail() | End():
                raise AssertionError(act)
            case _:
                assert_never(act)

    def _text(self) -> str:
        return self.time.isoformat(timespec="seconds")


def specs() -> st.SearchStrategy[RunSpec]:
    """Return any list of steps that a document may say, with a budget."""
    direct = {"restart": {"mode": "direct"}}
    each = [st.sampled_from([[], [one], [one], [QUESTION, one]]) for one in FREE]
    each[2] = st.sampled_from([[], ["restart"], [direct]])
    lists = st.tuples(*each).map(lambda found: [one for some in found for one in some] or FREE)
    return st.builds(
        lambda steps, attempts: spec(steps=steps, budget={"attempts": attempts, "time": "10m"}),
        lists,
        st.integers(1, 4),
    )


def stories(outcomes: list[str]) -> st.SearchStrategy[Story]:
    """Return any Run, and a world in which only these outcomes are drawn."""
    return st.builds(
        lambda one, random: Story(one, lambda: random.choice(outcomes)),
        specs(),
        st.randoms(use_true_random=False),
    )


def _to_its_end(story: Story) -> None:
    act: Act = Rest()
    for _ in range(TURNS):
        before = story.status.work
        act = story.turn()
        if before is not None:
            _in_its_time(act, before)
        if isinstance(act, Rest):
            break
    assert story.work.phase.ended, f"still {story.work.phase} after {TURNS} turns: {act}"
    assert story.work.attempt - story.work.first + 1 <= story.one.budget.attempts
    assert (story.work.holds, story.work.handed, story.tree) == ("", False, "")


def _in_its_time(act: Act, work: Work) -> None:
    if isinstance(act, Issue):
        before = work.steps[: work.stage]
        assert all(one.state in {"Succeeded", "Skipped"} for one in before)
        assert not work.commit
    if isinstance(act, Hand | Make | Preview | Propose | Apply | Issue):
        assert work.holds
        assert not work.failed
    if isinstance(act, End):
        assert act.phase.ended


@settings(max_examples=60, deadline=None)
@given(stories([OK, NO, LATER]))
def test_a_run_comes_to_an_end_whatever_becomes_of_its_acts(story: Story) -> None:
    _to_its_end(story)


@settings(max_examples=20, deadline=None)
@given(stories([NO]))
def test_a_run_comes_to_an_end_where_everything_fails(story: Story) -> None:
    _to_its_end(story)
    assert str(story.work.phase) != "Succeeded"


@settings(max_examples=20, deadline=None)
@given(stories([OK, OK, OK, LATER]))
def test_a_run_comes_to_an_end_where_much_is_only_late(story: Story) -> None:
    _to_its_end(story)


@settings(max_examples=20, deadline=None)
@given(stories([OK]), st.randoms(use_true_random=False))
def test_a_run_that_is_tried_again_comes_to_an_end_as_well(story: Story, random: object) -> None:
    del random
    _to_its_end(story)
    names = [one.name for one in story.one.steps]
    story.one = replace(story.one, request="again", begin=names[-1])
    asked = sum(isinstance(one, Propose) for one in story.acts)

    _to_its_end(story)

    assert story.work.request == "again"
    again = sum(isinstance(one, Propose) for one in story.acts) - asked
    assert again <= names.count("patch")


def test_a_run_of_which_everything_works_asks_hands_over_and_publishes_once() -> None:
    story = Story(spec(), lambda: OK)

    _to_its_end(story)

    names = [type(one).__name__ for one in story.acts if not isinstance(one, Wait)]
    first = ["Begin", "Lease", "Open", "Propose", "Apply", "Make", "Preview", "Hand"]
    assert names == [*first, "Pass", "Pass", "Issue", "Pass", "End", "Rest"]
