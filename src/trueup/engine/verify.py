"""Waiting until checks hold. Asks the host again and again; changes nothing.

Docker calls a container that crash-loops without a health check healthy. So success
needs a stability window: running, and no restart, for some seconds on end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from trueup.engine.standstill import ENDED, Stills, code, down, missing
from trueup.engine.world import World
from trueup.model.checks import Check, Command, Completed, Healthy, Http, Log, Stable, Tcp
from trueup.model.container import Container
from trueup.model.errors import SupersededError, ToolError, TransientError, TrueupError
from trueup.model.ports import Task
from trueup.model.steps import Verify

FIRST, FACTOR, PAUSE = 0.05, 2.0, 0.5
"""Seconds between looks: soon at first, and then less and less often."""

REMIND = 20.0
PATIENCE = 3
TOO_EARLY = "not stable yet"
READ_LOG = "Read its log in the artifacts (restart.log), then commit a fix."


class HopelessError(ToolError):
    """A check cannot come true any more, so waiting for the deadline is pointless."""


@dataclass(slots=True)
class Watch:
    """One wait for the checks of one step: what held when, and what was said.

    `remind` is told now and then of a long wait; `meanwhile` is done while there is time.
    """

    world: World
    step: Verify
    task: Task
    since: str
    remind: Callable[[str], None] = lambda _: None
    meanwhile: Callable[[], None] = lambda: None
    steady: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    stills: Stills = field(default_factory=Stills)
    usual: float = FIRST
    lost: str = ""
    about: dict[str, str] = field(default_factory=dict)

    def failing(self) -> list[str]:
        """Return what does not hold yet. Slow probes are only asked once states are right."""
        containers = self.world.looks.containers(self.step.project)
        states = [c for c in self.step.checks if isinstance(c, Healthy | Completed | Stable)]
        found = [(one, why) for one in states if (why := self._state(one, containers))]
        self.about = {why: one.service for one, why in reversed(found)}
        waiting = [why for _, why in found]
        down = [why for why in waiting if not why.endswith(TOO_EARLY)]
        probes = [c for c in self.step.checks if not isinstance(c, Healthy | Completed | Stable)]
        return waiting if down else [*self._probe(probes), *waiting]

    def pause(self, failing: Sequence[str]) -> float:
        """Return in how many seconds to look again: where only time is missing, just then."""
        if all(why.endswith(TOO_EARLY) for why in failing):
            return min(PAUSE, max(0.001, *(self._left(check) for check in self.step.checks)))
        pause, self.usual = self.usual, min(PAUSE, self.usual * FACTOR)
        return pause

    def _left(self, check: Check) -> float:
        """Return how many seconds of its window a check still lacks."""
        if not isinstance(check, Stable) or check.service not in self.steady:
            return 0.0
        return self.steady[check.service][0] + check.seconds - self.world.clock.monotonic()

    def _probe(self, checks: Sequence[Check]) -> list[str]:
        found = []
        for check in checks:
            match check:
                case Http() | Tcp() | Command() | Log():
                    why = self.world.tools.probe(check, self.step.project, self.since)
                    found += [why] if why else []
                    self.about |= {why: check.service}
                case Healthy() | Completed() | Stable():
                    continue
                case _:
                    assert_never(check)
        return found

    def _state(self, check: Healthy | Completed | Stable, every: Sequence[Container]) -> str:
        mine = [c for c in every if c.service == check.service and not c.oneoff]
        self._give_up(check, mine)
        if not mine:
            return missing(check.service)
        match check:
            case Healthy():
                return _unhealthy(mine)
            case Completed():
                return _incomplete(mine)
            case Stable():
                return self._unstable(check, mine)
            case _:
                assert_never(check)

    def _unstable(self, check: Stable, mine: Sequence[Container]) -> str:
        """Return why a service is not stable yet.

        Raises:
            HopelessError: its containers were restarted several times since the wait began.
        """
        self._count_restarts(mine)
        bad = next((c for c in mine if c.state != "running"), None)
        if bad is not None:
            self.steady.pop(check.service, None)
            return down(bad)
        if any(c.health in {"starting", "unhealthy"} for c in mine):
            return _unhealthy(mine)
        now = self.world.clock.monotonic()
        mark = tuple(sorted(f"{c.id} {c.restarts} {c.started_at}" for c in mine))
        begun, known = self.steady.get(check.service, (now, mark))
        self.steady[check.service] = (begun, known) if known == mark else (now, mark)
        steady = now - self.steady[check.service][0]
        return "" if steady >= check.seconds else f"{check.service} {TOO_EARLY}"

    def _give_up(self, check: Healthy | Completed | Stable, mine: Sequence[Container]) -> None:
        """End the wait for what stays down; what others did to it is no verdict."""
        fine = ENDED if isinstance(check, Completed) else ()
        now = self.world.clock.monotonic()
        if still := self.stills.found(check.service, mine, now, fine=fine):
            self.lost = still.cause or self.lost
            raise HopelessError(still.what, "", READ_LOG, service=check.service)

    def _count_restarts(self, mine: Sequence[Container]) -> None:
        for one in mine:
            first = self.restarts.setdefault(one.id, one.restarts)
            if one.restarts - first >= PATIENCE:
                raise HopelessError(
                    f"{one.service} crash-loops: {one.restarts - first} restarts"
                    f" while it was being verified{code(one)}",
                    "",
                    READ_LOG,
                    service=one.service,
                )


def wait(watch: Watch) -> None:
    """Return once every check of the step holds.

    Raises:
        ToolError: time is up, or a check became hopeless; says what did not hold.
        TransientError: the same, but the host did not answer meanwhile, or somebody had
            stopped, paused or removed a container.
        SupersededError: something newer is wanted.
    """
    try:
        _wait(watch)
    except ToolError as error:
        if not watch.lost:
            raise
        # Whoever ended containers, an engine or a person: no verdict on what was in them.
        raise TransientError(
            error.what, f"meanwhile {watch.lost}", "It is tried again."
        ) from error


def _wait(watch: Watch) -> None:
    world, step, task = watch.world, watch.step, watch.task
    begun = world.clock.monotonic()
    end, due = begun + step.timeout, begun + REMIND
    said: list[str] = []
    while failing := _look(watch):
        watch.meanwhile()
        if world.clock.monotonic() >= due:
            due += REMIND
            watch.remind(f"still waiting: {'; '.join(failing)}")
        if failing != said:
            task.log("waiting: " + "; ".join(failing))
            said = failing
        if task.superseded():
            raise SupersededError(
                "verification was ended", "something newer is wanted, or Trueup ends"
            )
        if world.clock.monotonic() >= end:
            raise _late(watch, failing)
        left = end - world.clock.monotonic()
        world.clock.wait(min(watch.pause(failing), max(0.001, left)))
    task.log("verified: " + ", ".join(str(check) for check in step.checks))


def _late(watch: Watch, failing: list[str]) -> TrueupError:
    what = f"not verified within {watch.step.timeout:g}s: {'; '.join(failing)}"
    worst = next((why for why in failing if not why.endswith(TOO_EARLY)), failing[0])
    service = watch.about.get(worst, "")
    fix = "Read verify.log and restart.log in the artifacts, then commit a fix."
    return ToolError(what, "", fix, service=service)


def _look(watch: Watch) -> list[str]:
    """Return what does not hold; a host that does not answer just now is one more reason."""
    try:
        return watch.failing()
    except TransientError as error:
        watch.lost = error.what
        return [error.what]


def _unhealthy(mine: Sequence[Container]) -> str:
    bad = next((c for c in mine if c.health != "healthy"), None)
    if bad is None:
        return ""
    if bad.state != "running":
        return down(bad)
    if bad.health == "none":
        return f"{bad.service} declares no health check that the engine runs"
    return f"{bad.service} is {bad.health}"


def _incomplete(mine: Sequence[Container]) -> str:
    for one in mine:
        if one.state == "exited" and one.exit_code != 0:
            raise HopelessError(
                f"{one.service} exited with code {one.exit_code}, wants 0",
                "",
                READ_LOG,
                service=one.service,
            )
        if one.state != "exited":
            return f"{one.service} is {one.state}"
    return ""
