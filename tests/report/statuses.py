"""Statuses as they are written: of a stack nobody looked at, of one that did all, of a bad one."""

from dataclasses import replace
from datetime import UTC, datetime

from trueup.model.consent import APPROVED, Approval, Ask
from trueup.model.key import Key
from trueup.model.plan import Health, ServiceView, Sync
from trueup.model.release import Part, Release
from trueup.model.status import (
    Attempt,
    Condition,
    Entry,
    Journal,
    Quarantine,
    Revert,
    Status,
    Trial,
)

AT = "2026-01-01T10:00:00+00:00"
NOW = datetime(2026, 1, 1, 10, 5, tzinfo=UTC)
KEY = Key("Stack", "web")
EMPTY = Status(KEY)

RELEASE = Release(
    "51d0aaaabbbbcccc",
    "1111aaaa2222bbbb",
    "releases/Stack/web/1111aaaa2222bbbb.sealed.json",
    {"api": Part("feed", "api:1", "sha256:" + 64 * "a", {"image": "beef"})},
    AT,
)
READY = Status(
    KEY,
    revision=RELEASE.revision,
    sync=Sync.SYNCED,
    health=Health.HEALTHY,
    conditions=(Condition("Ready", "True", "Verified", "release 51d0aaaabbbb", AT),),
    observed_digest=RELEASE.digest,
    attempted=Attempt(RELEASE.revision, RELEASE.digest, AT),
    applied=RELEASE,
    services={"api": ServiceView("running", Health.HEALTHY, "api:1", "feed", ("in sync",))},
    history=(Entry(RELEASE.revision, RELEASE.digest, "Applied", "verified", AT, 2.5),),
    spec={"project": "shop", "dependsOn": "db"},
)
BAD = Quarantine("3f2a91c0dddd", "3333", "http://api/ is 500, wants 200.", AT, {"api": "sha256:b"})
ROLLED_BACK = replace(
    READY,
    sync=Sync.OUT_OF_SYNC,
    conditions=(Condition("Ready", "False", "RolledBack", "3f2a91c0dddd failed", AT),),
    quarantine=BAD,
    history=(Entry(BAD.revision, BAD.digest, "RolledBack", BAD.reason, AT, 4), *READY.history),
)
FULL = replace(
    READY,
    quarantine=BAD,
    reverted=Revert("51d0aaaabbbb", "1111", "3333"),
    asks=Ask("8d3f1c2a9b4e5f60", ("db",), "Stack/web OutOfSync: db: image changed\n"),
    approvals=(
        Approval(
            "Stack/web", "8d3f1c2a9b4e5f60", APPROVED, "ann", AT, "command line", AT, used=AT
        ),
    ),
    trial=Trial(
        "Run/fix-api",
        "2",
        "4444",
        "RolledBack",
        "http://api/ is 500, wants 200.",
        AT,
        RELEASE,
        BAD,
        Revert("51d0aaaabbbb", "1111", "3333"),
        "the rollback failed",
    ),
    journal=Journal("3f2a91c0dddd", "3333", 1, 3, "restart  api -> api:2", AT),
    tries=2,
    heals=1,
    next_at=AT,
    stuck="the rollback failed",
    handled_request="again",
    problems=("specs/web.yaml:6: spec.retry: text stands where a mapping is expected.",),
)
