"""What a stack would do with a patch that is in a Run's work tree. Changes nothing."""

from typing import Any

from trueup.kinds import STANDING
from trueup.kinds.stack.wanted import asked_name, said_of
from trueup.model.bench import Foreseen
from trueup.model.errors import SpecError
from trueup.model.plan import Verdict
from trueup.model.ports import Looks
from trueup.model.repair import Place
from trueup.model.resource import Resource
from trueup.model.status import Status


def foreseen(stack: Resource[Any], status: Status, looks: Looks) -> Foreseen:
    """Return the plan for a stack whose candidate is set."""
    kind = STANDING[stack.key.kind]
    try:
        plan = kind.plan(stack, kind.observe(stack, status, looks), status)
    except SpecError as error:
        return Foreseen(problem=error.text)
    if plan.verdict is Verdict.BLOCKED:
        return Foreseen(problem=plan.reason)
    return Foreseen(plan)


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
    words = tuple(map(str, command)) if isinstance(command, list) else (str(command),)
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
