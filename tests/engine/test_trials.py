"""A candidate of a Run is tried in place of what git says, and nothing of it stays by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.engine.scene import FAILS, REPOSITORY, WEB, KilledError, Scene
from tests.engine.test_going_back import ask
from tests.kinds.stack.builders import built, project
from trueup.kinds.stack.spec import Rollback, ServiceSpec
from trueup.model.checks import Check, Http, Log
from trueup.model.errors import ToolError, TransientError
from trueup.model.ports import Reads
from trueup.model.trial import Candidate

FILE = "web/api/Dockerfile"
PLACE = "/runs/fix"
RUN = "Run/fix"
SAID = {"web": ServiceSpec(verify=(Http("web", "http://web/"),), stable=1)}


@dataclass
class Repair(Scene):
    """A stack whose one service is built from a Dockerfile, and a Run that edits it.

    What an image does depends on the text of the Dockerfile: it fails where that says bad.
    """

    said: dict[str, ServiceSpec] = field(default_factory=lambda: SAID)
    texts: dict[str, str] = field(default_factory=dict)

    def commit(self, text: str) -> None:
        """Have somebody commit a Dockerfile."""
        self.host.trees[REPOSITORY].files[f"/repo/{FILE}"] = text
        kept = self.wanted.get(WEB)
        self.stack(project(web=built("/repo/web/api")), services=self.said, timeout=30.0)
        if kept is not None:
            self.wanted[WEB] = replace(
                self.wanted[WEB],
                candidate=kept.candidate,
                leased=kept.leased,
                proposed=kept.proposed,
            )
        self._learn(text)

    def lease(self, run: str = RUN) -> None:
        self.wanted[WEB] = replace(self.wanted[WEB], leased=run)

    def put_forward(self, text: str, attempt: str = "1", checks: tuple[Check, ...] = ()) -> None:
        """Have the Run put an edited Dockerfile forward."""
        self.host.places[PLACE] = {FILE: text}
        one = Candidate(RUN, self.wanted[WEB].revision, "/repo", PLACE, (FILE,), checks, attempt)
        self.wanted[WEB] = replace(self.wanted[WEB], candidate=one, leased=RUN)
        self.news[WEB] += 1
        self._learn(text)

    def withdraw(self) -> None:
        self.wanted[WEB] = replace(self.wanted[WEB], candidate=None, leased="")
        self.host.places.clear()
        self.news[WEB] += 1

    def propose(self, branch: str = "trueup/repair/web/fix") -> None:
        """Have the Run end with what it tried on a branch."""
        self.withdraw()
        self.wanted[WEB] = replace(self.wanted[WEB], proposed=branch)

    def publish(self, text: str) -> None:
        """Have the Run commit what it tried."""
        self.withdraw()
        self.commit(text)

    def _learn(self, text: str) -> None:
        """Know the image that a Dockerfile makes by its text, and have it behave so."""
        one = self.wanted[WEB]
        if text == self.host.trees[REPOSITORY].files[f"/repo/{FILE}"]:
            one = replace(one, candidate=None)
        facts = self.kind.observe(one, self.status(), self.host)
        if facts.wanted is not None:
            self.knows(facts.wanted.services["web"].image, text)

    def knows(self, image: str, text: str) -> None:
        """Have an image behave as the Dockerfile says that it is made of."""
        self.texts[image] = text
        if text.startswith("bad"):
            self.host.behaviours[image] = FAILS

    @property
    def serves(self) -> str:
        """Return the text of the Dockerfile of what runs."""
        ids = {self.host.images.get(image): text for image, text in self.texts.items()}
        return " ".join(ids[one.image_id] for one in self.host.every.values())

    @property
    def digest(self) -> str:
        """Return the digest of what is wanted now, with the candidate if there is one."""
        facts = self.kind.observe(self.wanted[WEB], self.status(), self.host)
        assert facts.wanted is not None
        return str(facts.wanted.digest)

    @property
    def ended(self) -> str:
        """Return how the trial ended."""
        trial = self.status().trial
        return trial.result if trial else "none"


def first() -> Repair:
    """Return a stack whose first release was verified."""
    scene = Repair()
    scene.commit("good")
    scene.settle()
    return scene


def broken() -> Repair:
    """Return a stack that was rolled back, for its second commit is bad."""
    scene = first()
    scene.commit("bad")
    scene.settle()
    return scene


def newly_broken() -> Repair:
    """Return a stack whose first commit is bad, so that nothing was ever verified."""
    scene = Repair()
    scene.commit("bad")
    scene.settle()
    return scene


def tried(scene: Repair, text: str) -> Repair:
    """Return a scene once a candidate was tried."""
    scene.put_forward(text)
    scene.settle()
    return scene


def test_a_candidate_is_deployed_and_verified_and_the_status_names_its_run() -> None:
    scene = broken()
    before = scene.status()

    tried(scene, "fixed")

    assert scene.serves == "fixed"
    assert (scene.ready(), scene.ended) == ("OnTrial!", "Applied")
    assert RUN in scene.message()
    trial = scene.status().trial
    assert trial is not None
    assert (trial.before, trial.parked) == (before.applied, before.quarantine)
    assert scene.status().applied.digest == trial.digest == scene.digest  # type: ignore[union-attr]
    scene.untouched()


def test_while_it_is_being_tried_the_status_says_so() -> None:
    scene = broken()
    scene.put_forward("fixed")
    scene.settle()
    planned = [one.message for one in scene.events if one.name == "planned"]
    assert f"on trial for {RUN}" in planned[-1]


def test_once_it_is_published_nothing_is_touched_and_git_is_in_force() -> None:
    scene = tried(broken(), "fixed")
    containers = dict(scene.host.every)

    scene.publish("fixed")
    scene.settle()

    assert scene.host.every == containers
    assert scene.ready() == "Verified"
    status = scene.status()
    assert (status.trial, status.quarantine) == (None, None)
    assert status.revision == status.applied.revision == scene.wanted[WEB].revision  # type: ignore[union-attr]
    scene.untouched()


def test_what_git_says_meanwhile_is_the_candidate_that_is_still_put_forward() -> None:
    scene = tried(broken(), "fixed")
    containers = dict(scene.host.every)

    scene.commit("fixed")  # the Run has not noticed yet
    scene.settle()
    scene.withdraw()
    scene.settle()

    assert (scene.host.every, scene.ready()) == (containers, "Verified")


def test_a_candidate_that_fails_is_taken_back_and_not_tried_again() -> None:
    scene = tried(broken(), "bad too")

    assert (scene.serves, scene.ended, scene.ready()) == ("good", "RolledBack", "RolledBack!")
    assert f"the candidate of {RUN}" in scene.message()
    scene.untouched()


def test_another_attempt_is_another_try_of_the_same_files() -> None:
    scene = tried(broken(), "bad too")
    parked = scene.status().trial.parked  # type: ignore[union-attr]

    scene.put_forward("bad too", attempt="2")
    scene.host.behaviours.clear()
    scene.settle()

    assert (scene.serves, scene.ended) == ("bad too", "Applied")
    assert scene.status().trial.parked == parked  # type: ignore[union-attr]


def test_a_second_attempt_that_fails_goes_back_to_before_the_first() -> None:
    scene = tried(broken(), "fixed")

    scene.put_forward("bad too", attempt="2")
    scene.settle()

    assert (scene.serves, scene.ended) == ("good", "RolledBack")


def test_what_failed_in_git_is_not_deployed_again_when_a_failed_candidate_is_withdrawn() -> None:
    scene = broken()
    before = scene.status()
    tried(scene, "bad too")

    scene.withdraw()
    scene.settle()

    status = scene.status()
    assert scene.serves == "good"
    assert (status.trial, status.quarantine) == (None, before.quarantine)
    assert status.applied == before.applied
    scene.untouched()


def test_a_verified_candidate_that_is_withdrawn_gives_way_to_the_release_from_before() -> None:
    scene = broken()
    before = scene.status()
    tried(scene, "fixed")
    verifies = len(scene.events)

    scene.withdraw()
    scene.settle()

    status = scene.status()
    assert scene.serves == "good"
    assert (status.trial, status.quarantine) == (None, before.quarantine)
    assert status.applied == before.applied
    assert scene.ready() == "RolledBack!"
    assert any("verify " in one.message for one in scene.events[verifies:] if one.name == "step")
    scene.untouched()


def test_a_candidate_over_a_good_commit_gives_way_to_that_commit() -> None:
    scene = tried(first(), "better")

    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("good", "Verified")
    scene.untouched()


@pytest.mark.parametrize("begin", [first, broken])
def test_a_candidate_on_a_branch_runs_until_it_is_merged_and_then_nothing_is_touched(
    begin: Callable[[], Repair],
) -> None:
    scene = tried(begin(), "fixed")

    scene.propose()
    scene.settle()
    assert (scene.serves, scene.ready(), scene.ended) == ("fixed", "Proposed!", "Proposed")
    assert "on branch trueup/repair/web/fix" in scene.message()
    scene.untouched()

    scene.commit("fixed")
    scene.settle()
    assert (scene.serves, scene.ready(), scene.ended) == ("fixed", "Verified", "none")
    scene.untouched()


def test_a_new_commit_takes_the_place_of_a_candidate_on_a_branch() -> None:
    scene = tried(broken(), "fixed")
    scene.propose()
    scene.settle()

    scene.commit("newer")
    scene.settle()

    assert (scene.serves, scene.ready(), scene.ended) == ("newer", "Verified", "none")


@pytest.mark.parametrize("begin", [first, broken])
def test_a_new_commit_that_came_during_the_trial_counts_at_its_end(
    begin: Callable[[], Repair],
) -> None:
    scene = tried(begin(), "fixed")

    scene.commit("newer")
    scene.propose()
    scene.settle()

    assert (scene.serves, scene.ready(), scene.ended) == ("newer", "Verified", "none")


def test_a_bad_commit_after_a_candidate_on_a_branch_leads_back_to_that_candidate() -> None:
    scene = tried(broken(), "fixed")
    scene.propose()
    scene.settle()

    scene.commit("bad as well")
    scene.settle()

    assert (scene.serves, scene.ready()) == ("fixed", "RolledBack!")


def test_a_new_commit_is_deployed_when_a_candidate_is_withdrawn() -> None:
    scene = tried(broken(), "fixed")

    scene.commit("newer")
    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("newer", "Verified")


def test_a_bad_commit_after_a_withdrawn_candidate_leads_back_to_before_both() -> None:
    scene = tried(broken(), "fixed")

    scene.commit("bad as well")
    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("good", "RolledBack!")


def test_where_nothing_was_verified_before_a_withdrawn_candidate_stays_and_says_so() -> None:
    scene = tried(newly_broken(), "fixed")
    assert scene.ended == "Applied"

    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ended) == ("fixed", "Kept")
    assert f"It is the candidate of {RUN}: it was withdrawn" in scene.message()
    scene.untouched()

    scene.commit("fixed")
    scene.settle()
    assert (scene.ready(), scene.ended) == ("Verified", "none")


def test_where_nothing_was_verified_before_a_failed_candidate_is_left_as_it_is() -> None:
    scene = tried(newly_broken(), "bad too")

    assert (scene.serves, scene.ended, scene.ready()) == (
        "bad too",
        "Failed",
        "VerificationFailed!",
    )
    scene.withdraw()
    scene.settle()
    assert scene.status().quarantine.reason  # type: ignore[union-attr]
    scene.untouched()


def test_a_candidate_must_pass_its_own_checks_besides() -> None:
    scene = broken()
    check = Log("web", "boom", absent=True)
    scene.host.behaviours["web"] = replace(FAILS, answers={str(check): "the log has /boom/"})

    scene.put_forward("fixed", checks=(check,))
    scene.settle()

    assert (scene.serves, scene.ended) == ("good", "RolledBack")
    assert "boom" in scene.status().trial.message  # type: ignore[union-attr]


def test_checks_do_not_change_what_the_candidate_is() -> None:
    scene = broken()
    scene.put_forward("fixed")
    plain = scene.digest
    scene.put_forward("fixed", checks=(Log("web", "boom", absent=True),))
    assert scene.digest == plain
    scene.publish("fixed")
    assert scene.digest == plain


@pytest.mark.parametrize("passes", [True, False])
def test_a_candidate_that_changes_nothing_is_proved_by_its_checks_alone(passes: bool) -> None:  # noqa: FBT001
    scene = first()
    check = Log("web", "boom", absent=True)
    containers = dict(scene.host.every)
    if not passes:
        scene.host.every[next(iter(containers))].behaviour = replace(
            FAILS, answers={str(check): "the log has /boom/"}
        )

    scene.put_forward("good", checks=(check,))
    scene.settle()

    assert scene.host.every == containers
    assert scene.ended == ("Applied" if passes else "Failed")
    scene.withdraw()
    scene.settle()
    assert (scene.host.every, scene.ready()) == (containers, "Verified")


def test_what_failed_in_git_is_judged_anew_as_a_candidate() -> None:
    scene = broken()
    scene.put_forward("bad")  # what was wrong was not in the files
    scene.host.behaviours.clear()
    scene.settle()

    assert (scene.serves, scene.ended) == ("bad", "Applied")
    scene.withdraw()
    scene.settle()
    assert (scene.serves, scene.ready()) == ("bad", "Verified")


def test_a_build_that_fails_ends_the_trial_at_once_and_touches_nothing() -> None:
    scene = broken()
    scene.host.broken_builds["web"] = ToolError("the build failed", "no such package")

    tried(scene, "fixed")

    assert (scene.serves, scene.ended) == ("good", "Failed")
    assert "no such package" in scene.status().trial.message  # type: ignore[union-attr]
    scene.untouched()


def test_a_build_that_could_not_be_had_just_now_is_tried_again() -> None:
    scene = broken()
    scene.host.failures["build"] = [TransientError("the registry does not answer")]

    tried(scene, "fixed")

    assert (scene.serves, scene.ended) == ("fixed", "Applied")


def test_an_edit_of_what_compose_reads_is_refused_and_what_runs_stays() -> None:
    for reads in (Reads(files=(f"/repo/{FILE}",)), Reads(absent=(f"/repo/{FILE}",))):
        scene = broken()
        scene.host.reads = reads

        tried(scene, "fixed")

        assert scene.serves == "good"
        assert f"{RUN} may not edit {FILE}" in scene.message()
        scene.host.reads = Reads()


def test_a_service_that_is_never_rolled_back_stays_and_waits_for_a_person() -> None:
    said = {"web": replace(SAID["web"], rollback=Rollback.NEVER)}
    scene = Repair(said=said)
    scene.commit("good")
    scene.settle()
    tried(scene, "better")

    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("better", "Stalled!")
    assert "web says rollback: never" in scene.message()
    scene.look()  # it is shown as the release from before from now on
    scene.untouched()


def test_a_failed_candidate_of_such_a_service_waits_for_a_person_also_when_withdrawn() -> None:
    said = {"web": replace(SAID["web"], rollback=Rollback.NEVER)}
    scene = Repair(said=said)
    scene.commit("good")
    scene.settle()
    tried(scene, "bad too")
    assert scene.ended == "Stuck"

    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("bad too", "Stalled!")


# What people ask for meanwhile


def test_a_person_who_goes_back_overrules_a_candidate() -> None:
    scene = first()
    digest = scene.digest
    scene.commit("second")
    scene.settle()
    tried(scene, "fixed")

    ask(scene, digest)
    scene.settle()

    assert (scene.serves, scene.ended) == ("good", "Overruled")
    scene.untouched()
    scene.withdraw()
    scene.settle()
    assert (scene.serves, scene.ready()) == ("good", "RolledBack!")
    assert scene.ended == "none"
    scene.untouched()


def test_a_person_who_went_back_before_finds_it_so_after_a_failed_trial() -> None:
    scene = first()
    digest = scene.digest
    scene.commit("second")
    scene.settle()
    ask(scene, digest)
    scene.settle()
    assert scene.serves == "good"

    tried(scene, "bad too")
    assert scene.ended == "RolledBack"
    scene.withdraw()
    scene.settle()

    assert (scene.serves, scene.ready()) == ("good", "RolledBack!")
    assert scene.status().reverted is not None


def test_asking_for_another_try_of_git_counts_once_the_trial_is_over() -> None:
    scene = tried(broken(), "bad too")

    ask(scene, "", "again")
    scene.settle()
    assert (scene.serves, scene.ended) == ("good", "RolledBack")

    scene.host.behaviours.clear()
    scene.withdraw()
    scene.settle()
    assert (scene.serves, scene.ready()) == ("bad", "Verified")


# The lease


def test_what_git_says_waits_while_a_run_works_on_it() -> None:
    scene = first()
    scene.lease()
    scene.commit("second")
    scene.look()

    assert (scene.serves, scene.ready()) == ("good", "Leased!")
    assert RUN in scene.message()

    scene.lease("")
    scene.settle()
    assert (scene.serves, scene.ready()) == ("second", "Verified")


def test_a_lease_holds_no_repair_of_drift() -> None:
    scene = first()
    scene.lease()
    scene.host.kill("web-web-1")
    scene.look()
    assert scene.host.names == ["web-web-1 running"]


def test_a_lease_holds_no_removal() -> None:
    scene = first()
    scene.lease()
    scene.leave()
    scene.settle()
    assert scene.host.every == {}


def test_a_lease_holds_no_deployment_that_was_cut_off() -> None:
    scene = first()
    scene.commit("second")
    scene.host.before = _killed_before("up")
    with pytest.raises(KilledError):
        scene.settle()
    scene.host.before = lambda _: None
    scene.lease()
    scene.settle()
    assert scene.serves == "second"


# Crashes


def passing() -> Repair:
    scene = broken()
    scene.put_forward("fixed")
    return scene


def failing() -> Repair:
    scene = broken()
    scene.put_forward("bad too")
    return scene


def withdrawn() -> Repair:
    scene = tried(broken(), "fixed")
    scene.withdraw()
    return scene


def published() -> Repair:
    scene = tried(broken(), "fixed")
    scene.publish("fixed")
    return scene


STORIES: dict[str, tuple[Callable[[], Repair], tuple[str, str, str]]] = {
    "a candidate that passes": (passing, ("fixed", "OnTrial!", "Applied")),
    "a candidate that fails": (failing, ("good", "RolledBack!", "RolledBack")),
    "one that is withdrawn": (withdrawn, ("good", "RolledBack!", "none")),
    "one that is published": (published, ("fixed", "Verified", "none")),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_crash_at_any_moment_of_a_trial_is_made_good(story: str) -> None:
    begin, end = STORIES[story]
    moment = 0
    while True:
        moment += 1
        scene = begin()
        died = scene.dies(moment)
        scene.settle()
        assert (scene.serves, scene.ready(), scene.ended) == end, (moment, scene.moments[-1])
        assert scene.status().journal is None
        if not died:
            break
        scene.untouched(1)
    assert moment >= (2 if story == "one that is published" else 6)


@pytest.mark.parametrize("text", ["fixed", "bad too"])
def test_a_crash_at_any_moment_and_a_withdrawal_meanwhile_lead_back(text: str) -> None:
    moment = 0
    while True:
        moment += 1
        scene = broken()
        parked = scene.status().quarantine
        scene.put_forward(text)
        died = scene.dies(moment)
        scene.withdraw()
        scene.settle()
        assert (scene.serves, scene.ready(), scene.ended) == ("good", "RolledBack!", "none")
        assert scene.status().quarantine == parked, moment
        if not died:
            break
        scene.untouched(1)
    assert moment > 5


def test_a_candidate_that_is_withdrawn_while_it_is_tried_is_given_up() -> None:
    scene = broken()
    scene.put_forward("fixed")
    scene.clock.after(0.5, scene.withdraw)
    scene.settle()
    assert (scene.serves, scene.ready(), scene.ended) == ("good", "RolledBack!", "none")


def _killed_before(verb: str) -> Callable[[str], Any]:
    def before(what: str) -> None:
        if what.startswith(verb):
            raise KilledError

    return before
