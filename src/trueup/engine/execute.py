"""Carry out a plan. Decides nothing: every decision is already in the plan."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from trueup.engine.heal import heal
from trueup.engine.journal import Book
from trueup.engine.seal import mark_of, seal
from trueup.engine.verify import Watch, wait
from trueup.engine.world import World
from trueup.model.container import SOURCE, STACK, Container
from trueup.model.errors import (
    EndedError,
    SpecError,
    ToolError,
    TransientError,
    TrueupError,
    defect,
)
from trueup.model.event import Event
from trueup.model.outcome import Outcome
from trueup.model.plan import Plan, rollback
from trueup.model.ports import Task
from trueup.model.shortage import shortage
from trueup.model.steps import (
    Build,
    Mend,
    Pull,
    Reload,
    Remove,
    Restart,
    Seal,
    Step,
    Sweep,
    Verify,
)

FETCHING = (Pull, Build)
"""The steps that leave what runs as it is; every other one touches it or judges it."""


@dataclass(slots=True)
class Execution:
    """One plan being carried out."""

    world: World
    plan: Plan
    book: Book
    timeout: float
    superseded: Callable[[], bool]
    since: str = ""
    images: dict[str, str] = field(default_factory=dict)
    sealed: str = ""
    unread: tuple[str, ...] = ()

    def run(self, phase: str = "apply") -> Outcome:
        """Run the steps in order and stop at the first that fails."""
        started: list[Step] = []
        self.since = self.world.clock.now().isoformat()
        try:
            if self.plan.bundle is not None and self.plan.steps:
                self.world.tools.freeze(self.plan.bundle)
            self._claim()
            for step in self.plan.steps:
                self._note(step, started, phase)
                self._secure(step, started)
                started.append(step)
                self._perform(step, phase)
            self._read_logs(self._project())
        except TrueupError as error:
            return Outcome(self.plan, tuple(started), self._meant_by(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, what was touched is taken back
            return Outcome(self.plan, tuple(started), shortage(error) or defect(error))
        return Outcome(self.plan, tuple(started), images=self.images, sealed=self.sealed)

    def _claim(self) -> None:
        """Before a release with containers that carry no labels is put on record, say whose."""
        seals = [one for one in self.plan.steps if isinstance(one, Seal)]
        if self.plan.adopted and seals:
            self.world.tools.claim(seals[0].project, mark_of(self.plan.key, self.plan.origin))

    def _note(self, step: Step, started: list[Step], phase: str) -> None:
        """Put a step on record before it starts.

        Where that fails, nothing is begun; but half-way, to go on is better than to stop.
        """
        try:
            self.book.note(step, len(started) + 1, len(self.plan.steps), phase)
        except TrueupError as error:
            if phase != "rollback" and all(isinstance(one, FETCHING) for one in started):
                raise
            text = f"{error.text} Goes on without a record, for it is half-way."
            self.world.emit(Event(self.plan.key, "unrecorded", text, "warning"))

    def _perform(self, step: Step, phase: str) -> None:
        """Do what one step says."""
        tools, task = self.world.tools, self._task(step, phase)
        match step:
            case Mend():
                self._mend(step, task)
            case Pull():
                tools.pull(step.image, task)
            case Build():
                tools.build(self._project(), step.file, step.service, task)
            case Restart():
                self._restart(step, task, phase)
            case Reload():
                tools.act(step.container, step.act, task)
            case Remove():
                found = self._ours(step.project)
                gone = [one.id for one in found if one.service == step.service]
                tools.remove(gone, task, volumes=step.volumes)
            case Sweep():
                tools.sweep(step.project, task)
            case Verify():
                self._verify(step, task)
            case Seal():
                self.images = seal(step, self.world, self._ours(step.project))
                self.sealed = step.sealed
            case _:
                assert_never(step)

    def _secure(self, step: Step, started: list[Step]) -> None:
        """Before the first touch, keep the images of the way back from every prune."""
        first = not isinstance(step, FETCHING) and all(isinstance(s, FETCHING) for s in started)
        if first and self.plan.holds:
            self.world.tools.hold(self.plan.holds, mark_of(self.plan.key, self.plan.origin))

    def let_go(self) -> bool:
        """Stop keeping them; return whether that worked."""
        try:
            self.world.tools.let_go(mark_of(self.plan.key, self.plan.origin))
        except TrueupError:
            return False
        return True

    def _mend(self, step: Mend, task: Task) -> None:
        if step.name:
            self.world.tools.act(step.container, f"rename:{step.name}", task)
        else:
            self.world.tools.remove([step.container], task)

    def _restart(self, step: Restart, task: Task, phase: str) -> None:
        try:
            self._up(step, task)
        except (ToolError, EndedError) as error:
            self._read_logs(step.project)
            if not self.heal(step.project, task) and not isinstance(error, EndedError):
                raise
            task.log(f"{error} It is done once more.")
            self._up_again(step, task, phase)
        except TrueupError:
            self._read_logs(step.project)
            raise

    def _up(self, step: Restart, task: Task) -> None:
        self.unread = (*self.unread, *step.services)
        self.world.tools.up(step.project, step.file, step.services, task, recreate=step.recreate)

    def _up_again(self, step: Restart, task: Task, phase: str) -> None:
        """Where it is killed time and again, what was verified is safer than a third try."""
        try:
            self._up(step, task)
        except EndedError as error:
            if phase == "rollback":
                raise
            raise ToolError(error.what, error.why, "Look for what kills it.") from error

    def make_way(self) -> None:
        """Put names right before the way back: an `up` would succeed under a wrong one."""
        with contextlib.suppress(TrueupError):
            self.heal(self._project(), self._task(self.plan.steps[0], "rollback"))

    def heal(self, project: str, task: Task) -> bool:
        """Put right what a killed compose has left; return whether there was anything."""
        return heal(self._ours(project), self.world.tools, task)

    def _meant_by(self, error: TrueupError) -> TrueupError:
        """Return what a failure means: nothing, while the engine does not answer."""
        if not isinstance(error, ToolError):
            return error
        try:
            self.world.looks.containers(self._project())
        except TransientError as away:
            return TransientError(error.what, away.text)
        except TrueupError:
            return error
        return error

    def _verify(self, step: Verify, task: Task) -> None:
        try:
            read = partial(self._read_logs, step.project)
            wait(Watch(self.world, step, task, self.since, self._remind, read))
        except TrueupError:
            services = {check.service for check in step.checks}
            self._keep_logs(step.project, tuple(sorted(services)), "restart")
            raise
        self._read_logs(step.project)

    def _remind(self, text: str) -> None:
        self.world.emit(Event(self.plan.key, "waiting", text))

    def _read_logs(self, project: str) -> None:
        """Keep the first words of what was started, while it has to prove itself anyway."""
        services, self.unread = self.unread, ()
        if services:
            self._keep_logs(project, services, "restart")

    def _keep_logs(self, project: str, services: tuple[str, ...], artifact: str) -> None:
        """Keep what containers wrote, before a rollback removes them."""
        with contextlib.suppress(TrueupError):
            for one in self.world.looks.containers(project):
                if one.service in services:
                    said = self.world.tools.logs(one.id, self.since)
                    self.book.append(artifact, f"--- {one.name} ({one.state})\n{said}")

    def _ours(self, project: str) -> list[Container]:
        """Return the containers that carry the labels of this resource and of its source.

        What was adopted is ours as well.
        """
        owner = (str(self.plan.key), self.plan.origin)
        return [
            one
            for one in self.world.looks.containers(project)
            if (one.labels.get(STACK), one.labels.get(SOURCE)) == owner
            or one.id in self.plan.adopted
        ]

    def meant(self) -> dict[str, str]:
        """Return which image each name of the release means now, to know it again by."""
        parts = self.plan.release.parts if self.plan.release else {}
        with contextlib.suppress(TrueupError):
            return {name: self.world.looks.image(part.image) for name, part in parts.items()}
        return {}

    def _project(self) -> str:
        steps = self.plan.steps
        return next((s.project for s in steps if isinstance(s, Verify | Restart | Remove)), "")

    def _task(self, step: Step, phase: str) -> Task:
        artifact = "rollback" if phase == "rollback" else ARTIFACTS[type(step)]
        return Task(self.timeout, lambda line: self.book.append(artifact, line), self.superseded)


ARTIFACTS: dict[type[Step], str] = {
    Mend: "restart",
    Pull: "build",
    Build: "build",
    Restart: "restart",
    Reload: "restart",
    Remove: "restart",
    Sweep: "restart",
    Verify: "verify",
    Seal: "verify",
}


def execute_or_undo(execution: Execution) -> Outcome:
    """Run a plan, and when it fails after something was touched, run the way back."""
    clock = execution.world.clock
    begun = clock.monotonic()
    outcome = execution.run()
    if _must_go_back(outcome):
        outcome = replace(outcome, images=execution.meant())
        outcome = replace(outcome, undone=_go_back(execution, outcome))
    # An engine that hangs would keep us waiting; the next look lets go.
    away = isinstance(outcome.error, TransientError)
    held = bool(execution.plan.holds) and (away or not execution.let_go())
    return replace(outcome, held=held, seconds=clock.monotonic() - begun)


def tried(outcome: Outcome) -> bool:
    """Whether more was done than to fetch what is needed."""
    return any(not isinstance(step, FETCHING) for step in outcome.started)


def _must_go_back(outcome: Outcome) -> bool:
    """Whether something was touched and then failed for good.

    An engine that does not answer is no verdict on the release: the next look goes on.
    """
    return tried(outcome) and isinstance(outcome.error, SpecError | ToolError)


def _go_back(execution: Execution, outcome: Outcome) -> Outcome | None:
    """Carry out the way back. Nothing newer can stop it half-way."""
    back = rollback(outcome.plan, outcome.started, timeout=execution.timeout)
    if not back.steps or outcome.plan.no_way_back:
        return None
    execution.book.append("rollback", f"{outcome.error}\n{back}")
    world = execution.world
    retreat = Execution(world, back, execution.book, execution.timeout, world.stopping)
    retreat.make_way()
    return retreat.run(phase="rollback")
