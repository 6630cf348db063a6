"""Makes the Runs of stacks that say `repair`, gives them up, and forgets them.

Every question is asked of statuses and of what was made before, so that one failure makes one
Run, whoever asks and however often. Refuses to know how a Run does its work.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from trueup.app.made import Made, MadeRuns, Spent
from trueup.app.repairs.document import document_of, name_of
from trueup.app.repairs.failure import LOG, Failure, failed, lasts, watched
from trueup.app.repairs.limit import exhausted, outdated, renewed, used_up
from trueup.app.repairs.logs import Logs
from trueup.app.runs.evidence import evidence, of_stack
from trueup.app.runs.foreseeing import place_of
from trueup.app.runs.yard import Yard
from trueup.app.site import Site
from trueup.kinds.stack.spec import RepairSpec
from trueup.kinds.stack.wanted import asked_name, said_of
from trueup.model.errors import SpecError, TrueupError, defect
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.release import commit
from trueup.model.repair import Diagnosis
from trueup.model.resource import Resource
from trueup.model.shortage import shortage
from trueup.model.status import Status
from trueup.model.work import Work
from trueup.report.records import yaml_of

PAPER = "run.yaml"


class Repairs:
    """The failures of stacks, and the Runs that they make.

    `wake` has a key looked at; `stirred` counts the news about one.
    """

    def __init__(
        self, yard: Yard, wake: Callable[[Key], None], stirred: Callable[[Key], int]
    ) -> None:
        self.yard, self.wake, self.stirred = yard, wake, stirred
        self._seen: dict[Key, tuple[str, int]] = {}

    def after(self, stack: Key) -> None:
        """Make a Run of what a look at a stack has shown, if it is to have one."""
        resource = self.site.wishes[stack]
        try:
            if resource is not None and not resource.leaving and resource.spec.repair is not None:
                self._consider(resource, resource.spec.repair)
            self._tidy(stack)
        except Exception as error:  # noqa: BLE001 - the stack itself was looked after already
            known = error if isinstance(error, TrueupError) else shortage(error) or defect(error)
            self._tell(stack, "repair-unmade", f"{known.text} It is looked at again.", "warning")

    def sooner(self, stack: Key, delay: float) -> float:
        """Return when to look at a stack again: no later than its logs are due.

        A look between two others would put off the next one, and with it the logs.
        """
        return min(delay, self.logs.left(stack) or delay)

    def heed(self, run: Key) -> None:
        """Give a Run up that was made of a failure which is out of date."""
        made, work = self.made[run], self.site.records.read(run).work
        if made is None or made.superseded or made.leaving or not _may_be_given_up(work):
            return
        stack = self.site.wishes[Key("Stack", made.stack)]
        if stack is None or stack.leaving:
            return  # the Run itself says that its target is gone
        why = self._outdated(made, stack, work)
        if why and work is None:
            self.made.leave(run)
        elif why:
            self.made.supersede(run, why)
            self._tell(run, "superseded", why)
            self.wake(stack.key)

    @property
    def site(self) -> Site:
        """The adapters of the configuration."""
        return self.yard.site

    @property
    def made(self) -> MadeRuns:
        """The Runs that were made."""
        return self.site.made

    @cached_property
    def logs(self) -> Logs:
        """What was read of the logs of containers."""
        return Logs(self.site.looks, self.site.clock, self.site.tools.logs)

    # Making

    def _consider(self, stack: Resource[Any], spec: RepairSpec) -> None:
        status = self.site.records.read(stack.key)
        failure = failed(status, spec) or self._said(stack, status, spec)
        now = _digest(status, failure)
        spent = self._renewed(stack.key, now)
        if failure is None or self._known(stack.key, failure) or self._busy(stack.key):
            return
        if spent.digest:
            return
        if self._lasts(status, failure) and self._built_here(stack, status, failure.service):
            self._make_or_stop(stack, failure, spec)

    def _said(self, stack: Resource[Any], status: Status, spec: RepairSpec) -> Failure | None:
        """Return the failure that a log shows."""
        release = watched(status, spec)
        if release is None:
            return None
        project = status.spec.get("project") or stack.key.name
        return self.logs.failure(stack.key, project, release, spec.logs, stack.spec.interval)

    def _known(self, stack: Key, failure: Failure) -> bool:
        return self.site.wishes[Key("Run", name_of(stack, failure))] is not None

    def _busy(self, stack: Key) -> bool:
        """Whether a Run works on a stack already, or is about to."""
        mine = [one for one in self.yard.runs() if one.spec.target.stack == stack.name]
        return any(self._goes_on(one) for one in mine)

    def _goes_on(self, run: Resource[Any]) -> bool:
        work = self.site.records.read(run.key).work
        return not run.leaving and (work is None or not work.phase.ended)

    def _lasts(self, status: Status, failure: Failure) -> bool:
        """Whether a failure is there to stay; what a pattern asks for is."""
        if failure.trigger.startswith(LOG):
            return True
        return lasts(failure, self._diagnosis(status, failure.service))

    def _diagnosis(self, status: Status, service: str) -> Diagnosis | None:
        site = self.site
        log = of_stack(status, service, site.records, site.looks, site.tools)
        return evidence(log).diagnosis

    def _built_here(self, stack: Resource[Any], status: Status, service: str) -> bool:
        """Whether there is anything that could be patched."""
        try:
            place_of(stack, status, self.site.looks, service)
        except SpecError:
            return False
        return True

    def _make_or_stop(self, stack: Resource[Any], failure: Failure, spec: RepairSpec) -> None:
        now, spent = self._now(), self.made.spent(stack.key)
        if used_up(self.made.of(stack.key), spent, spec.per_day, now):
            self._stop(stack.key, exhausted(failure.digest, spec.per_day))
            return
        body = document_of(stack.key, failure, spec)
        name = body["metadata"]["name"]
        said = (name, stack.key.name, failure.service, failure.trigger, failure.digest)
        at = now.isoformat(timespec="seconds")
        made = Made(*said, stack.source, stack.revision, at, body)
        self.made.keep(made)
        self._made(stack.key, made, failure)

    def _made(self, stack: Key, made: Made, failure: Failure) -> None:
        run = made.key
        self.site.records.artifact(run, PAPER, yaml_of(made.body))
        self._tell(stack, "repair-made", f"{run} is to repair {failure.service}: {failure.says}")
        self.wake(run)

    def _stop(self, stack: Key, spent: Spent) -> None:
        self.made.spend(stack, spent)
        self._tell(stack, "repairs-used-up", spent.says, "warning")
        self.wake(stack)

    def _renewed(self, stack: Key, digest: str) -> Spent:
        """Let a stack have Runs again where a person has changed it."""
        spent = self.made.spent(stack)
        if not spent.digest:
            return spent
        again = renewed(spent, digest, self._published(stack), self._now())
        if again != spent:
            self.made.spend(stack, again)
            self.wake(stack)
        return again

    def _published(self, stack: Key) -> frozenset[str]:
        every = (self.site.records.read(one.key).work for one in self.made.of(stack))
        return frozenset(work.candidate for work in every if work is not None and work.commit)

    # Giving up

    def _outdated(self, made: Made, stack: Resource[Any], work: Work | None) -> str:
        """Return why what a Run works on is out of date; empty where it is not."""
        if not _asked(made.trigger, stack.spec.repair):
            return f"{stack.key} asks for no repair of this any more"
        seen = (stack.revision, self.stirred(stack.key))
        if self._seen.get(made.key) == seen:
            return ""
        wanted = self._wanted(stack)
        self._seen[made.key] = seen
        own = work.candidate if work is not None else ""
        if wanted in {"", made.digest, own}:
            return ""
        what = commit(stack.revision) or "a change"
        return f"{what} has changed what {stack.key} is made of"

    def _wanted(self, stack: Resource[Any]) -> str:
        """Return the digest of what git says of a stack; empty where that is not known."""
        status = self.site.records.read(stack.key)
        said = said_of(stack, asked_name(stack, status), status, self.site.looks)
        return said.wanted.digest if said.wanted is not None else ""

    # Forgetting

    def _tidy(self, stack: Key) -> None:
        mine = self.made.of(stack)
        if not mine:
            return
        gone = self.site.wishes[stack] is None
        ended = {one.name for one in mine if self._over(one.key)}
        for one in mine if gone else outdated(mine, ended, self._now()):
            if not one.leaving:
                self.made.leave(one.key)
                self.wake(one.key)

    def _over(self, run: Key) -> bool:
        work = self.site.records.read(run).work
        return work is not None and work.phase.ended

    def _now(self) -> datetime:
        now: datetime = self.site.clock.now()
        return now

    def _tell(self, key: Key, name: str, message: str, severity: str = "info") -> None:
        self.site.emit(Event(key, name, message, severity))


def _digest(status: Status, failure: Failure | None) -> str:
    """Return what a stack is wanted to be, as far as it failed or was verified."""
    if failure is not None:
        return failure.digest
    return status.applied.digest if status.ready and status.applied else ""


def _asked(trigger: str, spec: RepairSpec | None) -> bool:
    if spec is None:
        return False
    return trigger in spec.on or trigger.removeprefix(LOG) in spec.logs


def _may_be_given_up(work: Work | None) -> bool:
    """Whether a Run can be given up: what is published, or about to be, is not taken back."""
    if work is None:
        return True
    publishing = work.stage < len(work.steps) and work.steps[work.stage].step == "publish"
    return not (work.phase.ended or work.failed or work.commit or publishing)
