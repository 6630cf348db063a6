"""What this process could destroy, and what keeps it from doing so."""

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.model.guard import Guard
from trueup.model.key import Key


@dataclass(frozen=True, slots=True)
class Reach:
    """What the removal of one resource could take away: everything here carries our labels.

    Volumes are on no list: none is ever removed.

    Attributes:
        images: the repositories whose tags are ours, such as `trueup/shop/api`.
        protected: the services that only an approved plan touches.
        kept: whether the containers stay when the document goes (deletionPolicy: orphan).
        held: why a removal waits now; empty where none does.
    """

    key: Key
    source: str
    project: str
    containers: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    kept: bool = False
    held: str = ""


@dataclass(frozen=True, slots=True)
class Powers:
    """Everything that this process could remove, and the guard of each source.

    `strays` are containers that carry our labels and are of no resource that is known; they
    are left alone.
    """

    guards: Mapping[str, Guard]
    reaches: tuple[Reach, ...] = ()
    strays: tuple[str, ...] = ()
