"""Which failures make a Run, what its document says, how many there may be, and what ends one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.engine.scene import Scene
from trueup.app.made import Made, MadeRuns, Spent
from trueup.app.repairs.document import document_of, name_of
from trueup.app.repairs.failure import Failure, failed, lasts, watched
from trueup.app.repairs.limit import exhausted, outdated, renewed, used_up
from trueup.app.repairs.logs import Logs
from trueup.documents.desired import load
from trueup.kinds import KINDS
from trueup.kinds.stack.parse import parse
from trueup.kinds.stack.spec import RepairSpec
from trueup.model.errors import Problem
from trueup.model.key import DNS_LABEL, Key
from trueup.model.plan import Health
from trueup.model.release import Release
from trueup.model.repair import Diagnosis
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

WEB = Key("Stack", "web")
NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
BOTH = RepairSpec()
AT = NOW.isoformat()


def entry(step: str, result: str = "Failed", digest: str = "bad") -> Entry:
    return Entry("commit", digest, result, "it ended with code 1", AT, 1.0, step, "api")


def tried(step: str, **more: Any) -> Status:
    """Return the status of a stack that tries once more what has failed."""
    attempt = Attempt("commit", "bad", AT)
    return Status(WEB, attempted=attempt, tries=1, history=(entry(step),), **more)


def given_up(step: str, **more: Any) -> Status:
    """Return the status of a stack whose release failed and was taken back."""
    bad = Quarantine("commit", "bad", "it failed", AT)
    return Status(WEB, quarantine=bad, history=(entry(step, "RolledBack"),), **more)


@pytest.mark.parametrize(
    ("status", "trigger", "final"),
    [
        (tried("build"), "build", False),
        (given_up("build"), "build", True),
        (given_up("verify"), "verify", True),
        (given_up("restart"), "verify", True),
    ],
)
def test_a_build_or_a_verification_that_failed_for_good_is_a_failure(
    status: Status, trigger: str, *, final: bool
) -> None:
    found = failed(status, BOTH)

    assert found == Failure("api", trigger, "bad", "it ended with code 1", final)


@pytest.mark.parametrize(
    "status",
    [
        Status(WEB),
        tried(""),
        tried("pull"),
        replace(tried("build"), attempted=Attempt("commit", "newer", AT)),
        replace(tried("build"), tries=0),
        given_up("verify", stuck="the rollback failed"),
        given_up("verify", reverted=Revert("commit", "old")),
        given_up("verify", health=Health.SUSPENDED),
        given_up("verify", problems=(str(Problem("web.yaml", 1, "", "it is wrong", "")),)),
        given_up("verify", journal=Journal("commit", "bad", 1, 2, "restart", AT)),
        given_up("verify", trial=Trial("Run/fix")),
        given_up("verify", trial=Trial("Run/fix", result="Proposed")),
        replace(given_up("verify"), history=(entry("verify", digest="candidate"),)),
    ],
    ids=[
        "nothing failed",
        "it may pass",
        "a registry",
        "something newer is tried",
        "nothing is tried again",
        "stuck",
        "a person went back",
        "suspended",
        "its document is wrong",
        "under way",
        "a candidate is on trial",
        "a patch waits on a branch",
        "only a candidate failed",
    ],
)
def test_what_may_pass_or_is_in_a_persons_hands_is_no_failure(status: Status) -> None:
    assert failed(status, BOTH) is None


@pytest.mark.parametrize(
    ("final", "found", "expected"),
    [
        (True, None, True),
        (False, None, False),
        (False, (0.9, False), True),
        (False, (0.3, False), False),
        (True, (0.3, False), True),
        (True, (0.9, True), False),
        (False, (0.9, True), False),
    ],
)
def test_a_failure_that_may_pass_makes_no_run_and_an_unknown_one_is_tried_again_first(
    *, final: bool, found: tuple[float, bool] | None, expected: bool
) -> None:
    sure, passes = found or (0.0, False)
    seen = Diagnosis("python-module", "x", "", sure, "", "", transient=passes) if found else None

    assert lasts(Failure("api", "build", "bad", "", final), seen) is expected


def test_only_what_was_asked_for_makes_a_run() -> None:
    assert failed(given_up("verify"), RepairSpec(on=frozenset({"build"}))) is None
    assert failed(given_up("build"), RepairSpec(on=frozenset())) is None


def test_only_logs_of_a_release_that_was_verified_are_watched() -> None:
    applied = Release("commit", "good", "file", {}, AT)
    ready = Status(WEB, applied=applied, conditions=(Condition("Ready", "True", "", "", AT),))
    logs = RepairSpec(logs=("Traceback",))

    assert watched(ready, logs) == applied
    assert watched(ready, BOTH) is None
    assert watched(replace(ready, conditions=()), logs) is None
    assert watched(replace(ready, trial=Trial("Run/fix")), logs) is None


def test_logs_are_looked_at_once_per_interval_and_only_for_what_is_new() -> None:
    scene, asked = Scene(), list[str]()
    scene.image("app:1")
    scene.settle()
    release = scene.status().applied
    assert release is not None
    said = ["fine", "fine", "Traceback"]

    def read(_: str, since: str) -> str:
        asked.append(since)
        return said.pop(0)

    logs = Logs(scene.host, scene.clock, read)
    looked = ("web", release, ("Traceback",), 60.0)
    assert logs.left(WEB) == 0
    assert logs.failure(WEB, *looked) is None
    scene.clock.wait(45)
    assert logs.failure(WEB, *looked) is None
    assert (len(asked), logs.left(WEB)) == (1, 15)
    scene.clock.wait(15)
    assert logs.failure(WEB, *looked) is None
    scene.clock.wait(60)
    found = logs.failure(WEB, *looked)

    assert found is not None
    assert (found.trigger, found.service) == ("log:Traceback", "web")
    assert asked[0] == release.verified_at
    assert asked[1:] == sorted(set(asked[1:]))


FAILURE = Failure("Api_1", "verify", "bad", "it ended with code 1")


def test_one_failure_has_one_name_whatever_it_is_called() -> None:
    names = {
        name_of(WEB, FAILURE),
        name_of(WEB, replace(FAILURE, digest="worse")),
        name_of(WEB, replace(FAILURE, service="api-1")),
        name_of(WEB, replace(FAILURE, trigger="build")),
        name_of(Key("Stack", "w" * 63), replace(FAILURE, service="s" * 200)),
    }

    assert len(names) == 5
    assert all(DNS_LABEL.match(name) for name in names)
    assert name_of(WEB, replace(FAILURE, says="something else")) == name_of(WEB, FAILURE)
    assert name_of(WEB, FAILURE).startswith("web-api-1-")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"authors": ["rules", {"model": "local"}], "publish": {"to": "branch"}, "files": ["*"]},
        {"steps": ["patch", {"verify": [{"tcp": {"port": 80}}]}], "budget": {"attempts": 1}},
    ],
)
def test_the_document_of_a_run_is_one_that_a_person_could_have_written(said: Any) -> None:
    spec = parse({"spec": {"repair": said}}).repair
    assert spec is not None
    pattern = replace(FAILURE, trigger="log:Trace.*")

    for failure in (replace(FAILURE, service="api"), replace(pattern, service="api")):
        body = document_of(WEB, failure, spec)
        found = load([("run.yaml", as_yaml(body))], {n: k.schema for n, k in KINDS.items()})
        assert found.all_problems == ()
        run = KINDS["Run"].parse(body)
        assert str(run.target) == "web/api"


def as_yaml(body: Any) -> str:
    return json.dumps(body)


def test_the_pattern_that_was_seen_must_be_gone_from_the_log() -> None:
    spec = parse({"spec": {"repair": {"on": [{"log": "Trace.*"}]}}}).repair
    assert spec is not None
    seen = replace(FAILURE, trigger="log:Trace.*")

    steps = document_of(WEB, seen, spec)["spec"]["steps"]

    assert steps[3] == {"verify": [{"log": {"pattern": "Trace.*", "absent": True}}]}


def made(number: int, ago: timedelta, **more: Any) -> Made:
    at = (NOW - ago).isoformat()
    return Made(f"web-{number}", "web", "api", "verify", "bad", "apps", "commit", at, **more)


def test_so_many_runs_are_made_within_a_day_and_older_ones_do_not_count() -> None:
    four = [made(n, timedelta(hours=n)) for n in range(1, 5)]
    old = made(9, timedelta(hours=25))

    assert not used_up([*four, old], Spent(), 5, NOW)
    assert used_up([*four, made(5, timedelta(hours=23))], Spent(), 5, NOW)
    again = Spent(renewed=(NOW - timedelta(minutes=1)).isoformat())
    assert not used_up([*four, made(5, timedelta(hours=23))], again, 5, NOW)


def test_only_a_change_that_a_person_made_renews_what_is_used_up() -> None:
    spent = exhausted("bad", 5)

    assert renewed(spent, "bad", (), NOW) == spent
    assert renewed(spent, "", (), NOW) == spent
    assert renewed(spent, "ours", {"ours"}, NOW) == spent
    assert renewed(spent, "newer", {"ours"}, NOW) == Spent(renewed=NOW.isoformat())


def test_ten_runs_of_a_stack_are_kept_for_thirty_days_and_none_that_is_under_way() -> None:
    many = [made(n, timedelta(days=20 - n)) for n in range(12)]
    every = {one.name for one in many}

    assert [one.name for one in outdated(many, every, NOW)] == ["web-0", "web-1"]
    assert outdated(many, every - {"web-0"}, NOW) == (many[1],)
    old = [made(1, timedelta(days=31))]
    assert outdated(old, {"web-1"}, NOW) == tuple(old)
    today = [made(n, timedelta(minutes=60 - n)) for n in range(12)]
    assert outdated(today, every, NOW) == ()


def test_what_was_made_is_known_again_after_a_restart(tmp_path: Path) -> None:
    book, one = MadeRuns(tmp_path), made(1, timedelta(0), body={"kind": "Run"})
    book.keep(one)
    book.supersede(one.key, "something newer is wanted")
    book.spend(WEB, Spent("bad", "used up"))
    (tmp_path / "repairs" / "runs" / "half.json").write_text('{"name": ')

    again = MadeRuns(tmp_path)

    assert again.every() == (replace(one, superseded="something newer is wanted"),)
    assert again.spent(WEB) == Spent("bad", "used up")
    again.forget(one.key)
    assert MadeRuns(tmp_path).every() == ()


def test_whoever_only_looks_leaves_the_files_as_they_are(tmp_path: Path) -> None:
    book = MadeRuns(tmp_path, read_only=True)
    book.keep(made(1, timedelta(0)))

    assert list(tmp_path.iterdir()) == []
