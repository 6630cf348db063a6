"""Whose containers these are. Pure. What is not ours is refused, never adopted by accident."""

from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.spec import StackSpec
from trueup.model.container import DIGEST, SOURCE, STACK, Container
from trueup.model.resource import Resource
from trueup.model.status import Status

WORKING_DIR = "com.docker.compose.project.working_dir"


def refusal(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> str:
    """Return why this project must not be touched; empty where it may be.

    `spec.adopt` opens nothing here: what it may take over shows labels of ours already, and
    everything else stays somebody else's.
    """
    for container in facts.containers:
        if owner := _stranger(container, resource, facts, status):
            remedy = _remedy(container, resource, status)
            return (
                f"compose project {facts.project} belongs to {owner} "
                f"(container {container.name}); {remedy}"
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
    stack = container.labels.get(STACK) or ""
    moved = resource.spec.adopt and _moved(container, resource, status)
    if container.oneoff or ours(container, resource) or moved:
        return ""
    if stack or SOURCE in container.labels:
        same = stack in {"", str(resource.key)}
        return f"{stack or 'a stack'} of another source" if same else stack
    by_hand = status.applied is not None and container.labels.get(WORKING_DIR) == facts.directory
    return "" if by_hand else "somebody who did not start it through Trueup"


def _moved(container: Container, resource: Resource[StackSpec], status: Status) -> bool:
    """Whether a container is of our own verified release, from before its source was another.

    The record is on this host, and its digests are keyed: nobody else's container has one.
    """
    parts = status.applied.parts if status.applied else {}
    part = parts.get(container.service)
    same = part is not None and part.digest == container.labels.get(DIGEST)
    return same and container.labels.get(STACK) == str(resource.key)


def _remedy(container: Container, resource: Resource[StackSpec], status: Status) -> str:
    """Say what helps; taking over is offered only where it can be had."""
    other = "give this stack another spec.project"
    if _moved(container, resource, status):
        return "set spec.adopt: true to have it here, or give the source its old address back"
    if STACK in container.labels or SOURCE in container.labels or status.applied is not None:
        return f"{other}, or remove that container"
    if resource.spec.adopt:
        return f"{other}, or make the document and what runs agree"
    return f"{other}, or set spec.adopt: true to take the project over"
