"""What a stack would do with a patch that is in a Run's work tree. Changes nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trueup.engine.trial import begun
from trueup.kinds import STANDING
from trueup.kinds.stack.wanted import asked_name, said_of
from trueup.model.bench import Foreseen
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.plan import Verdict
from trueup.model.ports import Looks
from trueup.model.repair import Place
from trueup.model.resource import Resource
from trueup.model.status import Status

if TYPE_CHECKING:
    from trueup.kinds.stack.preview import Preview


@dataclass(frozen=True, slots=True)
class Trying:
    """A Run, and the service of a stack that it works on; the stack's candidate is set."""

    run: Key
    service: str
    stack: Resource[Any]


def foreseen(trying: Trying, status: Status, looks: Looks) -> Foreseen:
    """Return the plan for a stack whose candidate is set, and one that only previews it."""
    stack = trying.stack
    kind = STANDING[stack.key.kind]
    status = begun(status, stack, looks.now())
    try:
        facts = kind.observe(stack, status, looks)
        plan = kind.plan(stack, facts, status)
    except SpecError as error:
        return Foreseen(problem=error.text)
    if plan.verdict is Verdict.BLOCKED:
        return Foreseen(problem=plan.reason)
    preview = _preview(trying, facts, looks)
    if preview is None or preview.alone:
        return Foreseen(plan, alone=preview.alone if preview else "it makes no project")
    return Foreseen(plan, preview.plan())


def _preview(trying: Trying, facts: Any, looks: Looks) -> "Preview | None":
    """Return the service beside the live one, whether or not it may be there."""
    if facts.wanted is None or trying.service not in facts.wanted.services:
        return None
    from trueup.kinds.stack.preview import Preview

    stack, candidate = trying.stack, trying.stack.candidate
    return Preview(
        run=trying.run,
        stack=stack.key,
        origin=stack.origin,
        target=facts.wanted,
        service=trying.service,
        checks=candidate.checks if candidate else (),
        timeout=stack.spec.timeout,
        networks=looks.addresses().networks,
        up=frozenset(one.service for one in facts.containers if one.state == "running"),
    )


def place_of(stack: Resource[Any], status: Status, looks: Looks, service: str) -> Place:
    """Return where in its source's tree a service is built.

    Raises:
        SpecError: there is no such service, or it is not built here.
    """
    said = said_of(stack, asked_name(stack, status), status, looks)
    if said.wanted is None or said.wanted.bundle is None:
        raise SpecError(f"{stack.key} makes no project", said.problem)
    compose = said.wanted.bundle.compose
    model = compose["services"].get(service)
    if model is None:
        known = ", ".join(sorted(compose["services"]))
        raise SpecError(f"{stack.key} has no service {service}", "", f"It has: {known}.")
    build = model.get("build") or {}
    if not build:
        why = f"its image {model.get('image', '')} comes from elsewhere"
        fix = "Give the service a `build:`, or repair the image where it is made."
        raise SpecError(f"service {service} of {stack.key} is not built here", why, fix)
    return _place(looks.tree(stack.source).root, build, model)


def _place(root: str, build: dict[str, Any], model: dict[str, Any]) -> Place:
    context = _below(root, build.get("context", ""))
    dockerfile = "/".join(filter(None, (context, build.get("dockerfile", "Dockerfile"))))
    command = model.get("command") or ()
    words = tuple(map(str, command)) if isinstance(command, list | tuple) else (str(command),)
    return Place(context, _normal(dockerfile), build.get("target", ""), words)


def _below(root: str, path: str) -> str:
    return path.removeprefix(root).strip("/")


def _normal(path: str) -> str:
    found: list[str] = []
    for part in path.split("/"):
        if part == "..":
            found = found[:-1]
        elif part not in {"", "."}:
            found.append(part)
    return "/".join(found)
