"""What a Run puts on record: how far it has come, its papers, and what people are told.

Knows nothing of what is done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from trueup.engine.gate import Hold
from trueup.engine.papers import listed
from trueup.engine.progress import shown
from trueup.engine.world import World
from trueup.model.errors import TransientError
from trueup.model.event import Event
from trueup.model.kind import Terms
from trueup.model.repair import Usage
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Artifact, Work

AT_ONCE = 0.0


class UnrecordedError(TransientError):
    """Something could not be put on record, which says nothing about the work itself."""


@dataclass(frozen=True, slots=True)
class Diary:
    """The record of one Run."""

    resource: Resource[Any]
    world: World
    terms: Terms

    def read(self) -> Status:
        """Return what is on record; a request that comes while it works is part of it."""
        status = self.world.records.read(self.resource.key)
        work, request = status.work, self.terms.requested_at
        if work is None or work.phase.ended or request in {"", work.request}:
            return status
        return replace(status, work=replace(work, request=request))

    def write(self, status: Status, work: Work | None, hold: Hold | None = None) -> float:
        """Put on record how far the Run has come, if that is news.

        Raises:
            UnrecordedError: the disk is full or read-only.
        """
        records = self.world.records
        current = records.read(self.resource.key)
        after = replace(self.shown(status, work, hold), journal=None)
        if after == current:
            return AT_ONCE
        try:
            records.write(after)
        except TransientError as error:
            raise _unrecorded(error) from error
        if after.summary != current.summary:
            self.tell("status", after.summary)
        return AT_ONCE

    def shown(self, status: Status, work: Work | None, hold: Hold | None = None) -> Status:
        """Return the status that says how far the Run has come."""
        handled = self.terms.requested_at or status.handled_request
        status = replace(status, handled_request=handled)
        return shown(status, self.resource, work, self.now(), hold)

    def keep(self, work: Work, papers: Mapping[str, str]) -> Work:
        """Keep texts as files, and return the memory that lists them.

        Raises:
            UnrecordedError: the disk is full or read-only.
        """
        keep = partial(self.world.records.artifact, self.resource.key)
        try:
            return listed(
                work, [keep(name, text) for name, text in sorted(papers.items()) if text]
            )
        except TransientError as error:
            raise _unrecorded(error) from error

    def keep_usage(self, work: Work) -> Work:
        """Keep what asking models has used, if anything."""
        said = {"usage.json": usage_text(work.usage)} if work.usage != Usage() else {}
        return self.keep(work, said)

    def copy(self, work: Work, names: Mapping[str, str]) -> Work:
        """Keep papers under other names as well: old name → new name."""
        paper = partial(self.world.records.paper, self.resource.key)
        return self.keep(work, {new: paper(old) for old, new in names.items()})

    def drop(self, work: Work, artifacts: Iterable[Artifact]) -> Work:
        """Throw papers away, and return the memory without them."""
        names = {one.name for one in artifacts}
        for name in sorted(names):
            self.world.records.discard(self.resource.key, name)
        left = tuple(one for one in work.artifacts if one.name not in names)
        return replace(work, artifacts=left)

    def tell(self, name: str, message: str, severity: str = "info") -> None:
        """Tell people of something that has happened."""
        self.world.emit(Event(self.resource.key, name, message, severity))

    def now(self) -> str:
        """Return the time, as it is put on record."""
        return self.world.clock.now().isoformat(timespec="seconds")


def usage_text(usage: Usage) -> str:
    """Return what was used, as JSON."""
    return (
        f'{{"calls": {usage.calls}, "tokensSent": {usage.sent}, '
        f'"tokensReceived": {usage.received}, "costUsd": {usage.cost:.6f}, '
        f'"seconds": {usage.seconds:.1f}}}\n'
    )


def _unrecorded(error: TransientError) -> UnrecordedError:
    return UnrecordedError(error.what, error.why, error.fix)
