"""Statuses as they are written: of a stack nobody looked at, of one that did all, of a bad one."""

from dataclasses import replace
from datetime import UTC, datetime

from trueup.model.consent import APPROVED, Approval, Ask
from trueup.model.key import Key
from trueup.model.plan import Health, ServiceView, Sync
from trueup.model.release import Part, Release
from trueup.model.repair import Usage
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
from trueup.model.work import Artifact, Phase, Stage, Tried, Work

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
RUN = Key("Run", "fix-api")
ERROR = "http://api:8000/health does not answer."
WORK = Work(
    "ab12cd34ab12cd34",
    Phase.RUNNING,
    "Deploying",
    "step 1 of 3",
    request="once more",
    generation=2,
    attempt=3,
    first=2,
    stage=2,
    steps=(
        Stage("patch", "Succeeded", "rule/python-module: requires requests", AT, AT),
        Stage("build", "Skipped", "every image is in place", AT, AT),
        Stage("restart", "Running", "", AT),
        Stage("verify"),
        Stage("publish"),
    ),
    holds="Stack/web",
    cause="python-module",
    subject="requests",
    signature="11aa22bb",
    pattern="No module named 'requests'",
    author="rule/python-module",
    files=("api/requirements.txt",),
    base=RELEASE.revision,
    reuse=2,
    candidate="4444",
    handed=True,
    previewed="4444",
    commit="99aa88bb77cc",
    branch="trueup/repair/web/fix-api",
    waits=1,
    next_at=AT,
    failed="it took more than 3600s",
    fault="OverBudget",
    touched=True,
    usage=Usage(2, 3000, 400, 0.0125, 7.5),
    tries=(Tried(2, "model/openai", "verify", ERROR, AT, "--- a\n+++ b\n", "11aa22bb"),),
    answers={"analysis": "{}"},
    artifacts=(
        Artifact("patch.diff", 120, 64 * "c"),
        Artifact("attempt-2-patch.diff", 9, 64 * "d"),
    ),
    started_at=AT,
    ended_at=AT,
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
    work=WORK,
)
REPAIRED = Status(
    RUN,
    revision=RELEASE.revision,
    conditions=(Condition("Ready", "True", "Published", "published as 99aa88bb77cc", AT),),
    spec={"target": "web/api"},
    work=replace(
        WORK,
        phase=Phase.SUCCEEDED,
        reason="Published",
        message="published as 99aa88bb77cc",
        stage=5,
        steps=tuple(
            replace(one, state="Succeeded", started_at=AT, ended_at=AT) for one in WORK.steps
        ),
        holds="",
        handed=False,
        branch="",
        next_at="",
        waits=0,
        failed="",
        fault="",
    ),
)
