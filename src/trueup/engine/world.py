"""What a reconciliation may touch, handed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trueup.engine.memo import Memos
from trueup.engine.names import Names
from trueup.engine.papers import KEEPING, Keeping
from trueup.model.consent import Approval
from trueup.model.key import Key
from trueup.model.ports import Clock, Emit, Looks, Records, Tools
from trueup.model.resource import Resource


@dataclass(frozen=True, slots=True)
class World:
    """The ports, and some questions about what is wanted now.

    `latest` returns the resource as the newest revision has it (None when its document
    is gone); `memos` tell what is at rest; `stirred` counts the news about a key, so that
    asking again is cheap; `current` says whether the newest revision of a resource has
    been looked at; `leaving` names the resources whose documents are gone; `stopping` says
    that the process is about to end; `decisions` are what people said on this host about
    plans; `names` is who has what only one may have, and `before` returns who chooses first;
    `keeping` says which papers of Runs that have ended are kept.
    """

    looks: Looks
    tools: Tools
    records: Records
    clock: Clock
    emit: Emit
    latest: Callable[[Key], Resource[Any] | None]
    stirred: Callable[[Key], int]
    current: Callable[[Key], bool]
    leaving: Callable[[], tuple[Key, ...]]
    stopping: Callable[[], bool]
    memos: Memos
    names: Names
    keeping: Keeping = KEEPING
    before: Callable[[Key], Key | None] = lambda _: None
    decisions: Callable[[Key], tuple[Approval, ...]] = lambda _: ()
