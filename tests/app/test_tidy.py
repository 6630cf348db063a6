"""Which releases are kept when a new one was verified: every way back."""

from dataclasses import replace

import pytest

from tests.report.statuses import FULL
from trueup.app.tidy import KEPT, _digests
from trueup.model.status import Attempt, Entry, Quarantine, Revert, Status, Trial

BARE = Status(FULL.key)
KEPT_RELEASE = replace(FULL.applied, digest="kept") if FULL.applied else None


@pytest.mark.parametrize(
    "status",
    [
        replace(BARE, applied=KEPT_RELEASE),
        replace(BARE, attempted=Attempt("c1", "kept", "then")),
        replace(BARE, quarantine=Quarantine("c1", "kept", "it fails", "then")),
        replace(BARE, reverted=Revert("c1", "kept")),
        replace(BARE, history=(Entry("c1", "kept", "Applied", "verified", "then", 1.0),)),
        replace(BARE, trial=Trial("Run/fix", digest="kept")),
        replace(BARE, trial=Trial("Run/fix", digest="kept", before=KEPT_RELEASE)),
        replace(
            BARE, trial=Trial("Run/fix", digest="kept", parked=Quarantine("c1", "kept", "", ""))
        ),
        replace(BARE, trial=Trial("Run/fix", digest="kept", reverted=Revert("c1", "kept"))),
    ],
    ids=[
        "applied",
        "attempted",
        "failed",
        "gone back to",
        "verified before",
        "on trial",
        "before a trial",
        "failed before a trial",
        "gone back to before a trial",
    ],
)
def test_what_somebody_may_need_is_kept(status: Status) -> None:
    assert _digests(status) == {"kept"}


def test_of_old_verified_releases_the_last_ones_are_kept_and_failures_are_not() -> None:
    lines = [Entry("c", str(n), "Applied", "verified", "then", 1.0) for n in range(9)]
    lines.insert(1, Entry("c", "bad", "Failed", "no", "then", 1.0))
    assert _digests(replace(BARE, history=tuple(lines))) == {str(n) for n in range(KEPT)}
