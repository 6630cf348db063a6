"""Patches of git sources: the commit that is made, and what a push must never do."""

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.git_http import serving
from tests.adapters.repos import git, plant
from tests.adapters.signing import ssh
from tests.adapters.yards import (
    BRANCH,
    FILES,
    FIX,
    RUN,
    GitYard,
    patch,
    raw,
)
from tests.pages import ROOT, blocks
from trueup.adapters.git.remote import Remote, Token
from trueup.adapters.git.trust import Mode, Trust
from trueup.adapters.sources.git import GitSource
from trueup.adapters.workshop.origin import GitOrigin
from trueup.model.errors import SpecError, ToolError, TransientError, UntrustedError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import (
    HandsOffError,
    MisfitError,
    OutdatedError,
    Person,
    ProtectedError,
    PublishMode,
)

OWN = PublishMode.BRANCH
PUSH = "may-push"


@pytest.fixture
def yard(tmp_path: Path) -> GitYard:
    return ready(GitYard(tmp_path))


def ready(yard: GitYard) -> GitYard:
    yard.push(FILES)
    yard.sync()
    return yard


def forget(yard: GitYard) -> None:
    """Lose what is on record of pushes."""
    for record in (yard.place / "state/work/pushed").iterdir():
        record.unlink()


def show(yard: GitYard, what: str, form: str) -> str:
    return git(yard.origin.path, "show", "-s", f"--format={form}", what)


def test_the_commit_says_who_what_why_and_of_which_run(yard: GitYard) -> None:
    said = replace(
        patch(yard.tip("main")),
        author=Person("Rule python-module", "rules@example.org"),
        trailers={"Trueup-Attempt": "2", "Error-Signature": "No module\nTrueup-Attempt: 9"},
    )
    yard.workshop.publish("here", said)
    assert show(yard, "main", "%B") == (
        "trueup(api): add redis\n\n"
        "The module redis is missing.\n\n"
        "Trueup-Run: Run/fix-api\n"
        "Trueup-Attempt: 2\n"
        "Error-Signature: No module Trueup-Attempt: 9"
    )
    assert show(yard, "main", "%(trailers:key=Trueup-Attempt,valueonly)") == "2"
    assert show(yard, "main", "%an <%ae> %cn <%ce>") == (
        "Rule python-module <rules@example.org> Trueup <trueup@example.org>"
    )
    assert show(yard, "main", "%at %ct") == "1777636800 1777636800"


def test_the_message_on_the_page_is_what_a_commit_says(yard: GitYard) -> None:
    (shown,) = blocks(ROOT / "docs/publishing.md", "text")
    said = replace(patch(yard.tip("main")), subject="Repair api: python-module redis")
    yard.workshop.publish("here", said)
    assert show(yard, "main", "%B") == shown.strip()


def test_only_edited_files_change_and_all_others_keep_content_and_mode(yard: GitYard) -> None:
    work = yard.origin.work
    (work / "run.sh").write_bytes(b"#!/bin/sh\r\nno newline at the end")
    (work / "run.sh").chmod(0o755)
    (work / "binary").write_bytes(bytes(range(256)))
    (work / "link").symlink_to("b")
    Path(os.fsdecode(os.fsencode(work) + b'/\xff\\ "x"')).write_text("odd")
    yard.push({"dir/ünï cödé": "1\n", ".gitattributes": "*.md text eol=crlf\n"})
    base = yard.sync()
    edits = (
        Edit("run.sh", "#!/bin/sh\r\nno newline at the end", "#!/bin/sh\nnone"),
        Edit("dir/ünï cödé", "1\n", "2"),
        Edit("new dir/new", None, "n\r\n"),
    )
    yard.workshop.publish("here", patch(base, *edits))
    changes = git(yard.origin.path, "diff", "--raw", "--no-abbrev", "-z", base, "main").split("\0")
    assert changes[1::2] == ["dir/ünï cödé", "new dir/new", "run.sh"]
    modes = [change.split()[:2] for change in changes[:-1:2]]
    assert modes == [[":100644", "100644"], [":000000", "100644"], [":100755", "100755"]]
    for edit in edits:
        assert raw(yard.origin.path, "show", f"main:{edit.path}") == edit.after.encode()


def test_the_same_publication_makes_the_same_commit(tmp_path: Path) -> None:
    yard = ready(GitYard(tmp_path))
    base = yard.tip("main")
    first = yard.workshop.publish("here", patch(base, mode=OWN))
    git(yard.origin.path, "update-ref", "-d", f"refs/heads/{BRANCH}")
    assert yard.anew().publish("here", patch(base, mode=OWN)) == first


@pytest.mark.parametrize("mode", list(PublishMode)[:2])
def test_an_answer_that_was_lost_makes_no_second_commit(yard: GitYard, mode: PublishMode) -> None:
    base, branch = yard.tip("main"), BRANCH if mode is OWN else "main"
    said = patch(base, mode=mode)
    hook = yard.origin.path / "hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nkill -9 $(cat /proc/$PPID/status | sed -n 's/^PPid:\\t//p')\n")
    hook.chmod(0o755)
    with pytest.raises((ToolError, TransientError)):
        yard.workshop.publish("here", said)
    assert yard.count(branch) == 2, "the push did arrive"
    hook.unlink()
    done = yard.anew().publish("here", said)
    assert done.commit == yard.tip(branch)
    assert yard.count(branch) == 2


def test_a_commit_of_ours_is_found_below_those_of_others(yard: GitYard) -> None:
    base = yard.tip("main")
    first = yard.workshop.publish("here", patch(base))
    for number in range(3):
        yard.push({FIX.path: f"{number}\n"})
    assert yard.anew().publish("here", patch(base)) == first
    assert yard.workshop.arrived(first)
    assert yard.count("main") == 5


def test_another_attempt_with_the_same_edits_is_another_commit(yard: GitYard) -> None:
    base = yard.tip("main")
    yard.workshop.publish("here", patch(base))
    yard.push({FIX.path: str(FIX.before)})
    again = replace(patch(base), date=patch(base).date.replace(hour=13))
    yard.workshop.publish("here", again)
    assert yard.count("main") == 4


def test_pushes_of_others_at_the_same_time_are_never_lost(yard: GitYard) -> None:
    base, runs = yard.tip("main"), 4
    failed: list[Exception] = []

    def publish(number: int) -> None:
        run = Key("Run", f"run-{number}")
        edit = Edit(f"new-{number}", None, str(number))
        try:
            yard.workshop.publish("here", patch(base, edit, run=run))
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failed.append(error)

    threads = [threading.Thread(target=publish, args=(number,)) for number in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert yard.count("main") == 1 + runs
    assert [yard.read("main", f"new-{number}") for number in range(runs)] == list("0123")


RACE = """#!/bin/sh
while read old new ref; do
  [ -e raced ] || {{ touch raced; git update-ref refs/heads/{branch} {other}; }}
done
"""


def race(yard: GitYard, branch: str, other: str) -> None:
    """Have somebody be faster: at the next push the branch is at another commit."""
    hook = yard.origin.path / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    # The quarantine of a push lets nobody move a ref; a person's push is another process.
    script = RACE.format(branch=branch, other=other)
    hook.write_text(script.replace("git update-ref", "env -u GIT_QUARANTINE_PATH git update-ref"))
    hook.chmod(0o755)


def test_who_is_faster_than_the_push_stays_below_the_patch(yard: GitYard) -> None:
    base = yard.tip("main")
    theirs = yard.push({"b": "theirs\n"})
    git(yard.origin.path, "update-ref", "refs/heads/main", base)
    race(yard, "main", theirs)
    done = yard.workshop.publish("here", patch(base))
    assert done.parent == theirs
    assert yard.read("main", "b") == "theirs\n"


def test_who_takes_the_branch_while_it_is_pushed_keeps_it(yard: GitYard) -> None:
    base = yard.tip("main")
    yard.workshop.publish("here", patch(base, mode=OWN))
    ours = yard.tip(BRANCH)
    theirs = yard.push({"b": "by hand\n"}, BRANCH)
    git(yard.origin.path, "update-ref", f"refs/heads/{BRANCH}", ours)
    race(yard, BRANCH, theirs)
    with pytest.raises(HandsOffError):
        yard.workshop.publish("here", patch(base, Edit("b", "b\n", "c\n"), mode=OWN))
    assert yard.tip(BRANCH) == theirs


def test_a_branch_that_a_person_amended_is_theirs(yard: GitYard) -> None:
    base, work = yard.tip("main"), yard.origin.work
    yard.workshop.publish("here", patch(base, mode=OWN))
    git(work, "fetch", "-q", str(yard.origin.path), BRANCH)
    git(work, "checkout", "-q", "--detach", "FETCH_HEAD")
    git(work, "commit", "-q", "--amend", "--no-edit", "--allow-empty")
    git(work, "push", "-qf", str(yard.origin.path), f"HEAD:refs/heads/{BRANCH}")
    with pytest.raises(HandsOffError) as found:
        yard.workshop.publish("here", patch(base, Edit("b", "b\n", "c\n"), mode=OWN))
    assert "Merge it or delete it" in found.value.fix


def test_a_branch_of_ours_is_known_without_the_state_directory(yard: GitYard) -> None:
    base = yard.tip("main")
    yard.workshop.publish("here", patch(base, mode=OWN))
    forget(yard)
    other = patch(base, Edit("b", "b\n", "c\n"), mode=OWN)
    done = yard.anew().publish("here", other)
    assert yard.tip(BRANCH) == done.commit
    forget(yard)
    with pytest.raises(HandsOffError):
        yard.workshop.publish("here", replace(other, run=Key("Run", "another")))


def test_a_shallow_copy_can_publish_on_a_base_that_is_no_tip_any_more(yard: GitYard) -> None:
    for number in range(3):
        yard.push({"b": f"{number}\n"})
    base = yard.sync()
    assert (yard.source.home / "shallow").exists(), "the source fetches tips alone"
    yard.push({FIX.path: "went on\n"})
    done = yard.workshop.publish("here", patch(base, mode=OWN))
    assert git(yard.origin.path, "rev-parse", f"{BRANCH}^") == base == done.parent
    git(yard.origin.path, "fsck", "--strict")
    assert not (yard.origin.path / "shallow").exists()


def test_a_branch_that_was_rewritten_meanwhile_is_built_upon(yard: GitYard) -> None:
    base = yard.tip("main")
    yard.origin.commit({"c": "c\n"})
    git(yard.origin.work, "reset", "-q", "--hard", base)
    git(yard.origin.work, "commit", "-q", "--amend", "-m", "rewritten")
    rewritten = yard.origin.push(force=True)
    assert yard.workshop.publish("here", patch(base)).parent == rewritten


def test_over_http_with_a_token_of_its_own_for_pushes(tmp_path: Path) -> None:
    yard = ready(GitYard(tmp_path))
    with serving(tmp_path, token=PUSH) as served:
        there = Remote(f"{served.url}/origin.git", Token(lambda: PUSH))
        origin = GitOrigin(yard.source, there, "main")
        workshop = replace(yard.anew(), origin=lambda _: origin)
        done = workshop.publish("here", patch(yard.tip("main")))
        assert workshop.arrived(done)
        assert workshop.publish("here", patch(done.parent, mode=OWN)).commit == yard.tip(BRANCH)
    assert done.commit == yard.tip("main")
    assert PUSH not in repr(done)


def test_a_login_that_may_not_push_is_told_as_such(tmp_path: Path) -> None:
    yard = ready(GitYard(tmp_path))
    with serving(tmp_path, token=PUSH) as served:
        there = Remote(f"{served.url}/origin.git", Token(lambda: "s3cr3t-may-not"))
        origin = GitOrigin(yard.source, there, "main")
        workshop = replace(yard.anew(), origin=lambda _: origin)
        with pytest.raises(ToolError) as found:
            workshop.publish("here", patch(yard.tip("main")))
    assert "auth" in found.value.fix
    assert "s3cr3t" not in str(found.value)


def test_a_remote_that_is_away_is_waited_for(yard: GitYard) -> None:
    base = yard.tip("main")
    yard.origin.path.rename(yard.place / "away")
    with pytest.raises(TransientError):
        yard.workshop.publish("here", patch(base))
    (yard.place / "away").rename(yard.origin.path)
    assert yard.workshop.publish("here", patch(base)).commit == yard.tip("main")


def test_what_a_protected_branch_says_is_passed_on_with_a_way_out(yard: GitYard) -> None:
    yard.protect("main")
    with pytest.raises(ProtectedError) as found:
        yard.workshop.publish("here", patch(yard.tip("main")))
    assert "main is protected" in found.value.why
    assert "to: branch" in found.value.fix
    done = yard.workshop.publish("here", patch(yard.tip("main"), mode=OWN))
    assert yard.workshop.arrived(done)


def test_a_branch_below_the_name_of_another_one_is_refused_in_the_end(yard: GitYard) -> None:
    yard.push({"b": "x\n"}, "trueup")
    with pytest.raises((ToolError, TransientError)):
        yard.workshop.publish("here", patch(yard.tip("main"), mode=OWN))


@pytest.mark.parametrize("branch", ["main", "", "-x", "a..b", "a b", "x:y", "../x", "x.lock"])
def test_a_branch_that_a_patch_cannot_have_is_refused(yard: GitYard, branch: str) -> None:
    before = yard.tip("main")
    with pytest.raises(SpecError):
        yard.workshop.publish("here", replace(patch(before, mode=OWN), branch=branch))
    assert yard.tip("main") == before


def test_a_source_that_follows_a_tag_takes_branches_alone(yard: GitYard) -> None:
    origin = GitOrigin(yard.source, yard.remote, "")
    workshop = replace(yard.anew(), origin=lambda _: origin)
    with pytest.raises(SpecError, match="to: branch"):
        workshop.publish("here", patch(yard.tip("main")))
    assert workshop.publish("here", patch(yard.tip("main"), mode=OWN)).branch == BRANCH


def test_a_link_or_another_repository_in_the_commit_is_not_written_through(yard: GitYard) -> None:
    (yard.origin.work / "link").symlink_to("api")
    yard.push({"c": "c\n"})
    inner = git(yard.origin.work, "rev-parse", "HEAD")
    git(yard.origin.work, "update-index", "--add", "--cacheinfo", f"160000,{inner},module")
    git(yard.origin.work, "commit", "-qm", "module")
    base = yard.origin.push()
    yard.sync()
    for path in ("link", "link/new", "module/new", "b/new", "api"):
        with pytest.raises(MisfitError):
            yard.workshop.publish("here", patch(base, Edit(path, None, "x"), mode=OWN))
    assert not yard.tip(BRANCH)


def test_a_file_that_git_keeps_elsewhere_is_for_a_person(yard: GitYard) -> None:
    said = patch(yard.tip("main"), Edit("b", "its real content\n", "x"), mode=OWN)
    with pytest.raises(MisfitError, match="LFS"):
        yard.workshop.publish("here", said)


def test_hooks_and_configuration_of_our_own_copies_run_nothing(yard: GitYard) -> None:
    mark, hooks = yard.place / "ran", yard.source.home / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-push", "reference-transaction", "post-commit", "pre-commit"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    yard.workshop.publish("here", patch(yard.tip("main")))
    assert not mark.exists()


def test_nothing_is_left_beside_the_work_tree(yard: GitYard) -> None:
    yard.workshop.open(RUN, "here")
    place = yard.place / "state/work/Run/fix-api"
    before = sorted(one.name for one in place.iterdir())
    yard.workshop.publish("here", patch(yard.tip("main")))
    assert sorted(one.name for one in place.iterdir()) == before
    yard.workshop.close(RUN)
    assert not place.exists()


# Signatures


def test_a_signed_commit_is_one_that_git_and_our_own_judge_accept(tmp_path: Path) -> None:
    signer = ssh(tmp_path / "keys", "bot")
    yard = ready(GitYard(tmp_path, key=str(tmp_path / "keys/bot.key")))
    done = yard.workshop.publish("here", patch(yard.tip("main")))
    allowed = f"gpg.ssh.allowedSignersFile={signer.public}"
    git(yard.origin.path, "-c", allowed, "verify-commit", done.commit)
    trust = Trust(allowed_signers=str(signer.public))
    judge = GitSource("judge", yard.remote, tmp_path / "judge", trust=trust)
    assert judge.sync().revision == done.commit
    assert yard.anew().publish("here", patch(done.parent)) == done


def test_a_signed_branch_is_found_again_whatever_its_signature(tmp_path: Path) -> None:
    ssh(tmp_path / "keys", "bot", kind="ecdsa")  # each of its signatures is another one
    yard = ready(GitYard(tmp_path, key=str(tmp_path / "keys/bot.key")))
    said = patch(yard.tip("main"), mode=OWN)
    first = yard.workshop.publish("here", said)
    forget(yard)
    assert yard.anew().publish("here", said) == first


def test_a_document_may_demand_a_signature(yard: GitYard) -> None:
    with pytest.raises(SpecError, match=r"publish\.signing\.key"):
        yard.workshop.publish("here", replace(patch(yard.tip("main")), sign=True))


def test_a_key_that_cannot_sign_is_told_with_its_name(tmp_path: Path) -> None:
    yard = ready(GitYard(tmp_path, key=str(tmp_path / "absent")))
    with pytest.raises(SpecError, match="absent"):
        yard.workshop.publish("here", patch(yard.tip("main")))


@pytest.fixture
def signed(tmp_path: Path) -> tuple[GitYard, str]:
    """A source that demands signatures of Ann or of Trueup, and a commit of Ann's."""
    ann, bot = ssh(tmp_path / "keys"), ssh(tmp_path / "keys", "bot")
    allowed = tmp_path / "allowed"
    allowed.write_text(ann.public.read_text() + bot.public.read_text())
    trust = Trust(allowed_signers=str(allowed))
    yard = GitYard(tmp_path, key=str(tmp_path / "keys/bot.key"), trust=trust)
    ann.commit(yard.origin, "flask\n", FIX.path)
    base = yard.sync()
    return yard, base


def test_a_signed_patch_is_applied_by_the_source_that_demands_signatures(
    signed: tuple[GitYard, str],
) -> None:
    yard, base = signed
    done = yard.workshop.publish("here", patch(base))
    assert yard.sync() == done.commit


def test_no_signature_of_ours_is_put_above_what_nobody_signed(
    signed: tuple[GitYard, str],
) -> None:
    yard, base = signed
    unsigned = yard.push({"backdoor": "x\n"})
    with pytest.raises(UntrustedError, match="pushed meanwhile"):
        yard.workshop.publish("here", patch(base))
    assert yard.tip("main") == unsigned
    assert yard.workshop.publish("here", patch(base, mode=OWN)).parent == base


@pytest.mark.parametrize("mode", [Mode.HEAD, Mode.EVERY])
def test_a_patch_that_its_own_source_would_not_trust_is_not_pushed(
    signed: tuple[GitYard, str], mode: Mode
) -> None:
    yard, base = signed
    assert yard.trust
    yard.trust = replace(yard.trust, mode=mode)
    unsigned = replace(yard.anew().press, key="")
    with pytest.raises(UntrustedError, match="commit of the patch"):
        replace(yard.anew(), press=unsigned).publish("here", patch(base))
    assert yard.tip("main") == base


# Odd repositories


def test_repositories_with_sha256_ids_are_published_to_as_well(tmp_path: Path) -> None:
    there, work = tmp_path / "there.git", tmp_path / "w"
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "-b", "main", str(there))
    git(tmp_path, "init", "-q", "--object-format=sha256", "-b", "main", str(work))
    (work / "b").write_text("b\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "b")
    git(work, "push", "-q", str(there), "main")
    remote = Remote(f"file://{there}")
    source = GitSource("here", remote, tmp_path / "state/here")
    base = source.sync().revision
    yard = GitYard(tmp_path / "yard")
    workshop = replace(yard.anew(), origin=lambda _: GitOrigin(source, remote, "main"))
    done = workshop.publish("here", patch(base, Edit("b", "b\n", "c\n")))
    assert len(done.commit) == 64
    assert git(there, "rev-parse", "main") == done.commit
    assert workshop.arrived(done)


def test_a_tree_with_names_that_git_would_not_make_is_refused_and_nothing_pushed(
    yard: GitYard,
) -> None:
    planted = plant(yard.origin.path, "100644", ".git/config", b"[core]\n")
    git(yard.origin.path, "update-ref", "refs/heads/main", planted)
    base = yard.source.tree.revision
    with pytest.raises((ToolError, TransientError, OutdatedError)):
        yard.workshop.publish("here", patch(base))
    assert yard.tip("main") == planted


@pytest.mark.thorough
def test_a_repository_with_twenty_thousand_files_takes_seconds(tmp_path: Path) -> None:
    yard = GitYard(tmp_path)
    yard.push({f"{number % 100}/{number}": str(number) for number in range(20_000)})
    base = yard.sync()
    yard.workshop.open(RUN, "here")
    edit = Edit("7/7", "7", "8")
    yard.workshop.apply(RUN, (edit,))
    done = yard.workshop.publish("here", patch(base, edit))
    assert yard.workshop.arrived(done)
    assert git(yard.origin.path, "diff", "--name-only", base, "main") == "7/7"
