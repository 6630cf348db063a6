"""What every workshop does: the one in memory that tests use, and the real one."""

from pathlib import Path

import pytest

from tests.adapters.yards import BRANCH, FILES, FIX, RUN, GitYard, MemoryYard, Yard, patch
from trueup.model.errors import SpecError, ToolError, TrueupError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import (
    HandsOffError,
    MisfitError,
    OutdatedError,
    ProtectedError,
    PublishMode,
    UnpublishableError,
    Workshop,
)

OTHER = Key("Run", "other")


@pytest.fixture(params=["fake", "real"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Yard:
    made: Yard = MemoryYard() if request.param == "fake" else GitYard(tmp_path)
    made.push(FILES)
    made.sync()
    return made


def texts(workshop: Workshop, run: Key = RUN) -> dict[str, str | None]:
    files = workshop.files(run)
    return {path: files.text(path) for path in files.paths()}


def test_a_work_tree_holds_the_files_of_the_current_revision(yard: Yard) -> None:
    place = yard.workshop.open(RUN, "here")
    assert place.revision == yard.tip("main")
    assert texts(yard.workshop) == FILES


def test_opening_again_changes_nothing_even_at_a_newer_revision(yard: Yard) -> None:
    assert yard.workshop.opened(RUN) is None
    before = yard.workshop.open(RUN, "here")
    assert yard.workshop.opened(RUN) == before
    yard.workshop.apply(RUN, (FIX,))
    yard.push({"b": "other\n"})
    yard.sync()
    assert yard.workshop.open(RUN, "here") == before
    assert texts(yard.workshop) == {**FILES, FIX.path: FIX.after}


def test_opening_anew_is_at_the_newer_revision_and_pristine(yard: Yard) -> None:
    yard.workshop.open(RUN, "here")
    yard.workshop.apply(RUN, (FIX,))
    newer = yard.push({"b": "other\n"})
    yard.sync()
    assert yard.workshop.reopen(RUN, "here").revision == newer
    assert texts(yard.workshop) == {**FILES, "b": "other\n"}


def test_a_source_that_is_not_known_is_refused(yard: Yard) -> None:
    with pytest.raises(SpecError, match="nowhere"):
        yard.workshop.open(RUN, "nowhere")


def test_edits_take_the_place_of_those_before(yard: Yard) -> None:
    yard.workshop.open(RUN, "here")
    yard.workshop.apply(RUN, (Edit("b", "b\n", "first\n"), Edit("new/file", None, "n\n")))
    yard.workshop.apply(RUN, (FIX,))
    assert texts(yard.workshop) == {**FILES, FIX.path: FIX.after}


@pytest.mark.parametrize(
    "wrong",
    [
        Edit("b", "something else\n", "x"),
        Edit("b", None, "x"),
        Edit("absent", "text", "x"),
        Edit("../outside", None, "x"),
        Edit("/outside", None, "x"),
        Edit("api/../../outside", None, "x"),
        FIX,
    ],
)
def test_of_edits_that_do_not_all_fit_none_is_applied(yard: Yard, wrong: Edit) -> None:
    yard.workshop.open(RUN, "here")
    with pytest.raises(MisfitError):
        yard.workshop.apply(RUN, (FIX, wrong))
    assert texts(yard.workshop) == FILES


def test_the_diff_shows_what_was_edited(yard: Yard) -> None:
    yard.workshop.open(RUN, "here")
    assert yard.workshop.diff(RUN) == ""
    yard.workshop.apply(RUN, (FIX, Edit("new", None, "n")))
    diff = yard.workshop.diff(RUN)
    assert "--- a/api/requirements.txt\n+++ b/api/requirements.txt\n@@ -1 +1,2 @@\n" in diff
    assert " flask\n+redis\n" in diff
    assert "--- /dev/null\n+++ b/new\n" in diff
    assert "+n\n\\ No newline at end of file\n" in diff


def test_work_trees_that_nobody_needs_are_known_and_can_be_removed(yard: Yard) -> None:
    for run in (RUN, OTHER):
        yard.workshop.open(run, "here")
    assert yard.workshop.leftovers({OTHER}) == (RUN,)
    yard.workshop.close(RUN)
    yard.workshop.close(RUN)
    assert yard.workshop.leftovers(()) == (OTHER,)
    with pytest.raises(ToolError, match="no work tree"):
        yard.workshop.files(RUN)


def test_a_patch_becomes_one_commit_on_the_branch_that_is_followed(yard: Yard) -> None:
    base = yard.tip("main")
    done = yard.workshop.publish("here", patch(base))
    assert (done.commit, done.parent, done.branch) == (yard.tip("main"), base, "main")
    assert yard.count("main") == 2
    assert yard.read("main", FIX.path) == FIX.after
    assert yard.workshop.arrived(done)


def test_publishing_once_more_finds_the_commit_there(yard: Yard) -> None:
    first = yard.workshop.publish("here", patch(yard.tip("main")))
    yard.push({"b": "later\n"})
    again = yard.workshop.publish("here", patch(first.parent))
    assert again == first
    assert yard.count("main") == 3
    assert yard.workshop.arrived(first)


def test_what_others_pushed_meanwhile_stays_where_the_edited_files_are_as_they_were(
    yard: Yard,
) -> None:
    base = yard.tip("main")
    theirs = yard.push({"b": "theirs\n"})
    done = yard.workshop.publish("here", patch(base))
    assert done.parent == theirs
    assert yard.read("main", "b") == "theirs\n"
    assert yard.read("main", FIX.path) == FIX.after


def test_a_patch_of_a_file_that_others_changed_meanwhile_is_outdated(yard: Yard) -> None:
    base = yard.tip("main")
    theirs = yard.push({FIX.path: "flask==3\n"})
    with pytest.raises(OutdatedError, match=FIX.path):
        yard.workshop.publish("here", patch(base))
    assert yard.tip("main") == theirs


def test_a_branch_of_its_own_has_one_commit_on_the_base(yard: Yard) -> None:
    base = yard.tip("main")
    yard.push({FIX.path: "others went on\n"})
    done = yard.workshop.publish("here", patch(base, mode=PublishMode.BRANCH))
    assert (done.commit, done.parent, done.branch) == (yard.tip(BRANCH), base, BRANCH)
    assert yard.count(BRANCH) == 2
    assert yard.read("main", FIX.path) == "others went on\n"
    assert yard.workshop.arrived(done)


def test_the_branch_is_made_anew_for_another_patch_of_the_same_run(yard: Yard) -> None:
    base = yard.tip("main")
    yard.workshop.publish("here", patch(base, mode=PublishMode.BRANCH))
    other = patch(base, Edit("b", "b\n", "c\n"), mode=PublishMode.BRANCH)
    done = yard.workshop.publish("here", other)
    assert yard.tip(BRANCH) == done.commit
    assert yard.count(BRANCH) == 2
    assert yard.read(BRANCH, FIX.path) == FIX.before
    assert yard.workshop.publish("here", other) == done


def test_a_branch_that_a_person_has_pushed_to_is_left_alone(yard: Yard) -> None:
    base = yard.tip("main")
    yard.workshop.publish("here", patch(base, mode=PublishMode.BRANCH))
    theirs = yard.push({"b": "by hand\n"}, BRANCH)
    with pytest.raises(HandsOffError, match=BRANCH):
        yard.workshop.publish(
            "here", patch(base, Edit("b", "b\n", "c\n"), mode=PublishMode.BRANCH)
        )
    assert yard.tip(BRANCH) == theirs


def test_a_branch_of_the_name_that_was_never_ours_is_left_alone(yard: Yard) -> None:
    base, theirs = yard.tip("main"), yard.push({"b": "mine\n"}, BRANCH)
    with pytest.raises(HandsOffError):
        yard.workshop.publish("here", patch(base, mode=PublishMode.BRANCH))
    assert yard.tip(BRANCH) == theirs


@pytest.mark.parametrize("mode", [PublishMode.COMMIT, PublishMode.BRANCH])
def test_a_branch_that_is_protected_is_told_from_one_that_was_outrun(
    yard: Yard, mode: PublishMode
) -> None:
    base, branch = yard.tip("main"), BRANCH if mode is PublishMode.BRANCH else "main"
    before = yard.tip(branch)
    yard.protect(branch)
    with pytest.raises(ProtectedError, match=branch):
        yard.workshop.publish("here", patch(base, mode=mode))
    assert yard.tip(branch) == before


def test_files_are_not_written_where_there_is_git(yard: Yard) -> None:
    with pytest.raises(SpecError):
        yard.workshop.publish("here", patch(yard.tip("main"), mode=PublishMode.FILES))


def test_in_which_mode_a_source_takes_patches_is_known_before_there_is_one(yard: Yard) -> None:
    yard.workshop.accepts("here", PublishMode.COMMIT)
    yard.workshop.accepts("here", PublishMode.BRANCH, BRANCH)
    for mode, branch in ((PublishMode.FILES, ""), (PublishMode.BRANCH, "main")):
        with pytest.raises(UnpublishableError):
            yard.workshop.accepts("here", mode, branch)


def test_what_was_not_published_has_not_arrived(yard: Yard) -> None:
    done = yard.workshop.publish("here", patch(yard.tip("main"), mode=PublishMode.BRANCH))
    other = patch(done.parent, Edit("b", "b\n", "c\n"), mode=PublishMode.BRANCH)
    assert yard.workshop.arrived(yard.workshop.publish("here", other))
    assert not yard.workshop.arrived(done)


def test_errors_say_what_to_do(yard: Yard) -> None:
    yard.protect("main")
    with pytest.raises(TrueupError) as found:
        yard.workshop.publish("here", patch(yard.tip("main")))
    assert found.value.why
