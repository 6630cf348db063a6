"""The files that compose reads before there is any model: refused before it reads them. Pure."""

from collections.abc import Callable, Iterator

from trueup.kinds.stack.reach.ground import Ground
from trueup.kinds.stack.reach.judge import forbid
from trueup.kinds.stack.reach.need import NEVER, Need
from trueup.model.ports import Reads

Permit = Callable[[Reads], None]


def permit(ground: Ground, source: str, stack: str) -> Permit:
    """Return what refuses to let compose read what a stack has no business with."""

    def refuse(reads: Reads) -> None:
        forbid(_needs(reads, ground), ground, source, stack)

    return refuse


def _needs(reads: Reads, ground: Ground) -> Iterator[Need]:
    for path in reads.files:
        yield from ground.file("", path, path)
    for path, why in reads.odd.items():
        yield Need("", path, why, NEVER)
    for name in reads.unknown:
        why = "is a file that cannot be known before compose reads it"
        yield Need("", name, why, "files", "/")
    for name in reads.remote:
        yield Need("", name, "would be read from the network", NEVER)
