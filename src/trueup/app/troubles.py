"""Sources that cannot be followed, told where those look who pushed to them.

`Source/NAME` among the status files says what is wrong and which revision stays in force;
it is written when that changes, and only for sources that ever were in trouble. Every
resource of the source has the condition `SourceReady` meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trueup.adapters.disk.records import SOURCE
from trueup.app.ledger import Ledger
from trueup.app.sources import Followed
from trueup.app.wishes import Wishes
from trueup.model.errors import (
    SpecError,
    SupersededError,
    TransientError,
    TrueupError,
    UntrustedError,
)
from trueup.model.key import Key
from trueup.model.plan import Health, Sync
from trueup.model.ports import Clock
from trueup.model.resource import Trouble
from trueup.model.status import Condition, Status

PATIENCE = 3
"""How often a remote may fail to answer on end before anybody is told."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """Tells how sources are; what was told once is not told again."""

    wishes: Wishes
    records: Ledger
    clock: Clock
    heard: Callable[[str, tuple[Key, ...]], None]

    def tell(self, source: Followed, error: TrueupError | None) -> None:
        """Say that a source was read, or why it was not.

        Raises:
            ToolError: a status cannot be written.
        """
        if isinstance(error, TransientError) and source.failures < PATIENCE:
            return
        if isinstance(error, SupersededError):  # we end: that is no trouble of the source
            return
        files, key = self.records.of(source.name), Key(SOURCE, source.name)
        before = files.read(key)
        trouble = _kept(trouble_of(error), before) if error else None
        if trouble is not None or (before.conditions and not before.ready):
            status = _status(key, source, trouble, self.clock.now().isoformat(timespec="seconds"))
            if not _same(status, before):
                files.write(status)
        if keys := self.wishes.trouble(source.name, trouble):
            self.heard(source.name, keys)


def trouble_of(error: TrueupError) -> Trouble:
    """Return what to call an error of a source."""
    match error:
        case UntrustedError():
            reason = "Untrusted"
        case TransientError():
            reason = "Unreachable"
        case SpecError():
            reason = "Misconfigured"
        case _:
            reason = "Refused"
    return Trouble(reason, error.text)


def _kept(trouble: Trouble, before: Status) -> Trouble:
    """Keep to the words of the first failure where a remote is away: they are no news."""
    ready = before.condition("Ready")
    if ready and ready.reason == trouble.reason == "Unreachable":
        return Trouble(ready.reason, ready.message)
    return trouble


def _status(key: Key, source: Followed, trouble: Trouble | None, now: str) -> Status:
    revision = source.tree.revision if source.tree else ""
    if trouble is None:
        conditions = (Condition("Ready", "True", "Followed", "what it says is in force", now),)
        return Status(key, revision, Sync.SYNCED, Health.HEALTHY, conditions)
    conditions = (Condition("Ready", "False", trouble.reason, trouble.message, now),)
    return Status(key, revision, Sync.OUT_OF_SYNC, Health.DEGRADED, conditions)


def _same(status: Status, before: Status) -> bool:
    """Whether two statuses say the same, whenever and of whatever revision they do."""

    def said(one: Status) -> tuple[tuple[str, str, str], ...]:
        return tuple((c.status, c.reason, c.message) for c in one.conditions)

    return said(status) == said(before)
