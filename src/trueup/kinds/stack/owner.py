"""Whose containers these are. Pure. What is not ours is refused, never adopted by accident."""

from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.spec import StackSpec
from trueup.model.container import SOURCE, STACK, Container
from trueup.model.resource import Resource
from trueup.model.status import Status

WORKING_DIR = "com.docker.compose.project.working_dir"


def refusal(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> str:
    """Return why this project must not be touched; empty where it may be."""
    for container in facts.containers:
        if owner := _stranger(container, resource, facts, status):
            return (
                f"compose project {facts.project} belongs to {owner} "
                f"(container {container.name}); give this stack another spec.project, "
                "or set spec.adopt: true to take the project over"
            )
    return ""


def ours(container: Container, resource: Resource[StackSpec]) -> bool:
    """Whether a container carries the labels of this stack and of its source."""
    owner = (container.labels.get(STACK), container.labels.get(SOURCE))
    return owner == (str(resource.key), resource.origin)


def _stranger(
    container: Container, resource: Resource[StackSpec], facts: StackFacts, status: Status
) -> str:
    """Return who owns a container; empty where it is ours, or ours to correct."""
    stack, source = container.labels.get(STACK), container.labels.get(SOURCE)
    if container.oneoff or resource.spec.adopt:
        return ""
    if stack and (stack, source) != (str(resource.key), resource.origin):
        return stack if stack != str(resource.key) else f"{stack} of another source"
    by_hand = status.applied is not None and container.labels.get(WORKING_DIR) == facts.directory
    return "" if stack or by_hand else "somebody who did not start it through Trueup"
