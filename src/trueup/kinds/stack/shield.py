"""Protected services: what would touch one waits until somebody approves exactly that. Pure.

To start what is down at its verified release, or to go back to it after a try that was cut
off, takes nothing away from anybody, and needs no approval.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Service
from trueup.model.consent import APPROVED, Ask, carried_out, decided
from trueup.model.container import DIGEST, STACK, Container
from trueup.model.plan import Plan
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.steps import Mend, Reload, Remove, Restart, Step, Verify

UP = frozenset({"running", "restarting", "paused"})
HARMLESS = frozenset({"start", "unpause"})


@dataclass(frozen=True, slots=True)
class Shield:
    """What is known of a stack whose services may be protected."""

    resource: Resource[StackSpec]
    facts: StackFacts
    status: Status

    def touched(self, plan: Plan) -> tuple[str, ...]:
        """Return the protected services that a plan takes something away from."""
        found = {name for step in plan.steps for name in self._harmed(step, plan)}
        return tuple(sorted(name for name in found if self._protects(name)))

    def _protects(self, name: str) -> bool:
        """Whether the host, the document or the verified release says so: none undoes another."""
        old = self._old(name)
        place = f"{self.resource.key.name}/{name}"
        by_host = any(fnmatchcase(place, pattern) for pattern in self.resource.guarded)
        kept = old is not None and old.said.protected
        return by_host or kept or self.resource.spec.service(name).protected

    def _harmed(self, step: Step, plan: Plan) -> Iterator[str]:
        match step:
            case Restart():
                yield from (one for one in step.services if self._replaced(one, step, plan))
            case Reload() if step.act not in HARMLESS:
                yield step.service
            case Mend(name="") if any(self._is(step, one) for one in self._up(step.service)):
                yield step.service
            case Remove() if self._removed(step.service, plan):
                yield step.service
            case _:
                return

    def _replaced(self, name: str, step: Restart, plan: Plan) -> bool:
        """Whether a restart takes away what runs, or puts another release in its place."""
        old, running = self._old(name), self._up(name)
        if old is None:
            return any(not self._tried(one) for one in running)
        if name not in plan.services or plan.services[name].digest != old.digest:
            return True
        left = not step.recreate and len(running) <= old.replicas
        return any(not (left and self._same(one, old, plan)) for one in running) and not all(
            self._strayed(one, old, plan) for one in running
        )

    def _removed(self, name: str, plan: Plan) -> bool:
        """Whether a removal takes away more than what a try that was cut off has left."""
        mine = any(one.service == name for one in self.facts.containers)
        return mine and (plan.gone or self._old(name) is not None)

    def _tried(self, container: Container) -> bool:
        """Whether a container is of a first try of ours, which never was verified."""
        first = self.facts.applied is not None or self.status.attempted is not None
        return first and STACK in container.labels

    def _same(self, container: Container, old: Service, plan: Plan) -> bool:
        """Whether a container already is what the plan leads to, so that compose leaves it."""
        image = self.facts.images.get(plan.services[old.name].image, "")
        return container.labels.get(DIGEST) == old.digest and image in {"", container.image_id}

    def _strayed(self, container: Container, old: Service, plan: Plan) -> bool:
        """Whether a container of ours is of another release, and is brought back."""
        return plan.heals and STACK in container.labels and not self._same(container, old, plan)

    def _up(self, name: str) -> list[Container]:
        mine = (one for one in self.facts.containers if one.service == name and not one.oneoff)
        return [one for one in mine if one.state in UP]

    def _old(self, name: str) -> Service | None:
        return self.facts.applied.services.get(name) if self.facts.applied else None

    def _is(self, step: Mend, container: Container) -> bool:
        return container.id == step.container

    def ask(self, plan: Plan, services: tuple[str, ...]) -> Ask:
        """Return what is to be approved.

        The digest names both releases and the services, not the steps: a plan that was cut
        off is resumed with other steps, and still is the one that was approved. It names
        what was carried out before as well: the same change, another time, asks anew.
        """
        applied = self.facts.applied.digest if self.facts.applied else ""
        to = "gone" if plan.gone else plan.digest
        same = {name: self._details(name, plan) for name in services if to == applied}
        every = [str(plan.key), applied, to, services, same, *self._before()]
        said = json.dumps(every, sort_keys=True)
        mark = hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
        return Ask(mark, services, str(plan))

    def _before(self) -> tuple[str, str]:
        """Return when the verified release became it, and when an approval was last used."""
        last = carried_out(self.status.approvals)
        applied = self.status.applied
        return (applied.verified_at if applied else "", last.used if last else "")

    def _details(self, name: str, plan: Plan) -> list[Any]:
        view = plan.services.get(name)
        return [view.reasons, self.facts.images.get(view.image, "")] if view else []

    def approved(self, ask: Ask) -> bool:
        """Whether somebody has approved exactly this."""
        found = decided(self.status.approvals, ask.plan, self.facts.now)
        return found is not None and found.decision == APPROVED


def shielded(todo: Plan, kept: Callable[[], Plan | None], shield: Shield) -> Plan:
    """Return what may be done now: the plan, or repairs meanwhile, or a plan that asks.

    `kept` gives the plan that keeps the verified release up while another one waits.
    """
    touched = shield.touched(todo)
    if not touched:
        return todo
    ask = shield.ask(todo, touched)
    if shield.approved(ask):
        return replace(todo, approved=ask.plan)
    repair = todo if todo.heals else kept()
    return (repair and _harmless(repair, shield)) or replace(todo, asks=ask)


def _harmless(repair: Plan, shield: Shield) -> Plan | None:
    """Return the repairs that need no approval; None where none is left."""
    spared = frozenset(shield.touched(repair))
    steps = tuple(one for step in repair.steps for one in _without(step, spared))
    acts = any(not isinstance(step, Verify) for step in steps)
    return replace(repair, steps=steps) if repair.heals and acts else None


def _without(step: Step, spared: frozenset[str]) -> Iterator[Step]:
    match step:
        case Restart():
            changes = tuple(one for one in step.changes if one.service not in spared)
            if changes:
                yield replace(step, changes=changes)
        case Mend() | Reload() | Remove():
            if step.service not in spared:
                yield step
        case _:
            yield step
