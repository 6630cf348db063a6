"""A candidate on a branch: git's word counts again once it is another than before."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from trueup.engine.trial import ended
from trueup.model.key import Key
from trueup.model.plan import Plan, Verdict
from trueup.model.release import Release
from trueup.model.resource import Resource
from trueup.model.status import Quarantine, Revert, Status, Trial

WEB = Key("Stack", "web")
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
VERIFIED = Release("r0", "verified", "a.json", {})
BAD = Quarantine("r1", "bad", "it answers 500", "")
WENT_BACK = Revert("r0", "older", over="bad")
BEGAN: dict[str, tuple[Trial, str]] = {
    "a verified commit": (Trial("Run/fix", before=VERIFIED), "verified"),
    "a bad commit": (Trial("Run/fix", before=VERIFIED, parked=BAD), "bad"),
    "a person's way back": (Trial("Run/fix", before=VERIFIED, reverted=WENT_BACK), "bad"),
    "nothing": (Trial("Run/fix"), ""),
}


def at_the_end(trial: Trial, wanted: str) -> Status:
    """Return what is remembered at the end of a trial, where git says something by then."""
    said: Any = None
    stack = Resource(WEB, said, "web.yaml", "repo", "origin", "r2", proposed="fix")
    plan = Plan(WEB, Verdict.OUT_OF_SYNC, "", revision="r2", digest=wanted, wanted=wanted)
    applied = Release("r1", "mended", "b.json", {})
    trial = replace(trial, digest="mended", result="Applied")
    return ended(Status(WEB, applied=applied, trial=trial), stack, plan, NOW)


@pytest.mark.parametrize("began", [name for name in BEGAN if name != "nothing"])
def test_while_git_says_what_it_said_when_the_trial_began_the_candidate_stays(began: str) -> None:
    trial, said = BEGAN[began]

    after = at_the_end(trial, said)

    assert after.trial is not None
    assert after.trial.result == "Proposed"
    assert after.quarantine is not None
    assert after.quarantine.digest == said


@pytest.mark.parametrize("began", BEGAN)
def test_another_word_of_git_counts_at_the_end_of_a_trial(began: str) -> None:
    after = at_the_end(BEGAN[began][0], "newer")

    assert (after.trial, after.quarantine) == (None, None)
