"""Containers that see an older file than the one that is mounted into them.

A file that was replaced by rename has another inode; the container keeps the old one until
it is started again. So a signal would make it read the old content once more.
"""

from collections.abc import Iterator, Sequence

from trueup.kinds.stack.target import Service, Target
from trueup.model.container import Container
from trueup.model.ports import Tree


def signals(target: Target) -> bool:
    """Whether any service is told of a changed file by a signal: no other can be stale."""
    return any(map(_signalled, target.services.values()))


def stale(target: Target, containers: Sequence[Container], tree: Tree) -> frozenset[str]:
    """Return the ids of containers that would be signalled and see another file.

    Looks through `/proc`, and so only finds those that run on this machine. What cannot be
    read there counts as up to date.
    """
    signalled = {
        name: tuple(_files(one, tree)) for name, one in target.services.items() if _signalled(one)
    }
    return frozenset(
        one.id
        for one in containers
        for inside, text in signalled.get(one.service, ())
        if tree.text(f"/proc/{_pid(one)}/root{inside}") not in {"", text}
    )


def _signalled(service: Service) -> bool:
    return any(act.startswith("signal:") for act in service.soft.values())


def _files(service: Service, tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield where each file is mounted, and what it should say there."""
    for volume in service.model.get("volumes") or ():
        if volume.get("type") == "bind" and (text := tree.text(volume["source"])):
            yield volume["target"], text


def _pid(container: Container) -> int:
    return int((container.inspect.get("State") or {}).get("Pid") or 0)
