"""Only commits that the right people signed are checked out; all others say why not."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.repos import Origin, git
from tests.adapters.signing import Signer, gpg, ssh
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.repository import Repository
from trueup.adapters.git.trust import Check, Mode, Trust
from trueup.adapters.process import Finished
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import SpecError, UntrustedError


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "there")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "main"


@pytest.fixture
def ann(tmp_path: Path) -> Signer:
    return ssh(tmp_path / "keys")


@pytest.fixture(scope="module")
def gina(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    with gpg(tmp_path_factory.mktemp("g"), "gina") as signer:
        yield signer


def trusting(origin: Origin, state: Path, trust: Trust, ref: str = "") -> GitSource:
    return GitSource("main", Remote(origin.url), state, trust=trust, ref=ref)


def by_ssh(signer: Signer, mode: Mode = Mode.HEAD, revoked: str = "") -> Trust:
    return Trust(mode, str(signer.public), revoked)


def by_gpg(signer: Signer, mode: Mode = Mode.HEAD) -> Trust:
    return Trust(mode, gpg_keys=(str(signer.public),))


def refusal(source: GitSource) -> str:
    with pytest.raises(UntrustedError) as caught:
        source.sync()
    return caught.value.text


def content(state: Path) -> str:
    file = state / "tree" / "a"
    return file.read_text() if file.exists() else ""


def test_a_commit_that_an_allowed_ssh_key_signed_is_checked_out(
    origin: Origin, state: Path, ann: Signer
) -> None:
    commit = ann.commit(origin, "one")

    assert trusting(origin, state, by_ssh(ann)).sync().revision == commit
    assert content(state) == "one"


def test_a_commit_that_an_allowed_gpg_key_signed_is_checked_out(
    origin: Origin, state: Path, gina: Signer
) -> None:
    commit = gina.commit(origin, "one")

    assert trusting(origin, state, by_gpg(gina)).sync().revision == commit
    assert content(state) == "one"


def test_either_kind_of_key_counts_where_both_are_given(
    origin: Origin, state: Path, ann: Signer, gina: Signer
) -> None:
    trust = Trust(allowed_signers=str(ann.public), gpg_keys=(str(gina.public),))
    source = trusting(origin, state, trust)

    for signer, said in ((ann, "one"), (gina, "two")):
        signer.commit(origin, said)
        source.sync()
        assert content(state) == said


def test_an_unsigned_first_commit_is_not_checked_out_and_says_so(
    origin: Origin, state: Path, ann: Signer
) -> None:
    commit = origin.commit({"a": "unsigned"})
    source = trusting(origin, state, by_ssh(ann))

    said = refusal(source)

    assert f"commit {commit[:12]} of {origin.url} is not trusted: it is not signed." in said
    assert "signed by a key that trueup.yaml allows" in said
    assert content(state) == ""
    assert source.resume() is None


def test_after_an_unsigned_commit_the_last_signed_one_stays_until_a_signed_one_follows(
    origin: Origin, state: Path, ann: Signer
) -> None:
    source = trusting(origin, state, by_ssh(ann))
    first = ann.commit(origin, "one")
    source.sync()

    origin.commit({"a": "unsigned"})
    refusal(source)
    assert (source.tree.revision, content(state)) == (first, "one")

    third = ann.commit(origin, "three")
    assert source.sync().revision == third
    assert content(state) == "three"


def test_what_was_verified_stays_in_force_after_a_restart(
    origin: Origin, state: Path, ann: Signer
) -> None:
    first = ann.commit(origin, "one")
    trusting(origin, state, by_ssh(ann)).sync()
    origin.commit({"a": "unsigned"})

    source = trusting(origin, state, by_ssh(ann))
    refusal(source)
    tree = source.resume()

    assert tree is not None
    assert tree.revision == first


def test_what_was_applied_without_verification_is_not_in_force_once_it_is_asked_for(
    origin: Origin, state: Path, ann: Signer
) -> None:
    origin.commit({"a": "unsigned"})
    GitSource("main", Remote(origin.url), state).sync()

    source = trusting(origin, state, by_ssh(ann))

    assert "it is not signed" in refusal(source)
    assert source.resume() is None


def test_a_key_that_nobody_allowed_is_named_by_its_fingerprint(
    origin: Origin, state: Path, ann: Signer, tmp_path: Path
) -> None:
    ssh(tmp_path / "keys", "mallory").commit(origin, "mine now")

    said = refusal(trusting(origin, state, by_ssh(ann)))

    assert "it is signed by the SSH ED25519 key SHA256:" in said
    assert "which is not allowed" in said


def test_a_gpg_key_that_nobody_allowed_is_named(
    origin: Origin, state: Path, gina: Signer, tmp_path: Path
) -> None:
    with gpg(tmp_path / "m", "mallory") as mallory:
        mallory.commit(origin, "mine now")

        said = refusal(trusting(origin, state, by_gpg(gina)))

    assert "it is signed by the GPG key" in said
    assert "which is not allowed" in said


def test_a_gpg_signature_does_not_count_where_only_ssh_keys_are_allowed_and_the_reverse(
    origin: Origin, state: Path, ann: Signer, gina: Signer
) -> None:
    gina.commit(origin, "by gpg")
    assert "is not trusted" in refusal(trusting(origin, state, by_ssh(ann)))

    ann.commit(origin, "by ssh")
    assert "which is not allowed" in refusal(trusting(origin, state, by_gpg(gina)))
    assert content(state) == ""


def test_an_expired_gpg_key_does_not_count(origin: Origin, state: Path, tmp_path: Path) -> None:
    with gpg(tmp_path / "e", "old", "seconds=2") as old:
        commit = old.commit(origin, "late")
        source = trusting(origin, state, by_gpg(old))
        until = time.monotonic() + 20
        said = ""
        while "has expired" not in said and time.monotonic() < until:
            shutil.rmtree(state, ignore_errors=True)
            source = trusting(origin, state, by_gpg(old))
            try:
                source.sync()
            except UntrustedError as error:
                said = error.text

    assert f"commit {commit[:12]}" in said
    assert "has expired" in said


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ('valid-before="20200101"', "whose time in allowedSigners is over"),
        ('valid-after="20990101"', "whose time has not come yet"),
        ('namespaces="file"', "is not allowed to sign for git"),
    ],
)
def test_an_ssh_key_counts_only_in_its_time_and_for_its_purpose(
    origin: Origin, state: Path, tmp_path: Path, options: str, why: str
) -> None:
    bob = ssh(tmp_path / "keys", "bob", options)
    bob.commit(origin, "one")

    assert why in refusal(trusting(origin, state, by_ssh(bob)))


def test_a_revoked_ssh_key_does_not_count(origin: Origin, state: Path, ann: Signer) -> None:
    ann.commit(origin, "one")
    revoked = ann.public.with_name("revoked")
    assert ann.key is not None
    revoked.write_text(ann.key.read_text())

    said = refusal(trusting(origin, state, by_ssh(ann, revoked=str(revoked))))

    assert "revoked" in said


@pytest.mark.parametrize("missing", ["signers", "revoked", "gpg"])
def test_without_a_file_of_keys_nothing_is_applied(
    origin: Origin, state: Path, ann: Signer, missing: str
) -> None:
    ann.commit(origin, "one")
    nowhere = str(state / "nowhere")
    trust = {
        "signers": Trust(allowed_signers=nowhere),
        "revoked": by_ssh(ann, revoked=nowhere),
        "gpg": Trust(allowed_signers=str(ann.public), gpg_keys=(nowhere,)),
    }[missing]

    with pytest.raises(SpecError, match=f"{nowhere} cannot be read"):
        trusting(origin, state, trust).sync()
    assert content(state) == ""


def test_a_signature_over_another_content_does_not_count(
    origin: Origin, state: Path, ann: Signer, gina: Signer
) -> None:
    for signer, trust in ((ann, by_ssh(ann)), (gina, by_gpg(gina))):
        signed = signer.commit(origin, "good")
        git(origin.path, "update-ref", "refs/heads/main", swap_content(origin, signed))

        assert "signature is that of another content" in refusal(trusting(origin, state, trust))
        assert content(state) == ""
        git(origin.path, "update-ref", "refs/heads/main", signed)


def swap_content(origin: Origin, commit: str) -> str:
    """Return a commit with the head of a signed one, but other files."""
    blob = git(origin.path, "hash-object", "-w", "--stdin", stdin=b"evil")
    tree = git(origin.path, "mktree", stdin=f"100644 blob {blob}\ta\n".encode())
    said = git(origin.path, "cat-file", "commit", commit)
    _, _, rest = said.partition("\n")
    body = f"tree {tree}\n{rest}\n".encode()
    return git(origin.path, "hash-object", "-w", "-t", "commit", "--stdin", stdin=body)


def test_replaced_objects_do_not_come_along_with_a_signed_commit(
    origin: Origin, state: Path, ann: Signer
) -> None:
    signed = ann.commit(origin, "good")
    swapped = swap_content(origin, signed)
    source = trusting(origin, state, by_ssh(ann))
    source.sync()
    for place in (origin.path, state / "git"):
        git(place, "fetch", "-q", str(origin.path), swapped) if place != origin.path else None
        git(place, "replace", "-f", signed, swapped)
    (state / "git" / "info").mkdir(exist_ok=True)
    (state / "manifest.json").unlink()
    (state / "trusted").unlink()
    (state / "tree" / "a").write_text("swapped on the disk")

    again = trusting(origin, state, by_ssh(ann))

    assert again.sync().revision == signed
    assert content(state) == "good"


def test_a_merge_needs_a_signature_of_its_own(origin: Origin, state: Path, ann: Signer) -> None:
    ann.commit(origin, "one")
    source = trusting(origin, state, by_ssh(ann))
    source.sync()
    git(origin.work, "checkout", "-q", "-b", "topic")
    ann.commit(origin, "two")
    git(origin.work, "checkout", "-q", "-")
    git(origin.work, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    origin.push(force=True)

    assert "it is not signed" in refusal(source)
    assert content(state) == "one"


def test_with_head_an_unsigned_commit_below_a_signed_one_is_vouched_for(
    origin: Origin, state: Path, ann: Signer
) -> None:
    origin.commit({"a": "unsigned"})
    ann.commit(origin, "two")

    trusting(origin, state, by_ssh(ann)).sync()

    assert content(state) == "two"


def test_with_every_an_unsigned_commit_on_the_way_is_refused_by_name(
    origin: Origin, state: Path, ann: Signer
) -> None:
    source = trusting(origin, state, by_ssh(ann, Mode.EVERY))
    ann.commit(origin, "one")
    source.sync()
    unsigned = origin.commit({"b": "unsigned"})
    ann.commit(origin, "three")

    assert f"commit {unsigned[:12]}" in refusal(source)
    assert content(state) == "one"


def test_with_every_all_signed_commits_are_taken_and_history_only_moves_on(
    origin: Origin, state: Path, ann: Signer
) -> None:
    first = ann.commit(origin, "one")
    source = trusting(origin, state, by_ssh(ann, Mode.EVERY))
    source.sync()
    ann.commit(origin, "two")
    third = ann.commit(origin, "three")
    assert source.sync().revision == third

    git(origin.path, "update-ref", "refs/heads/main", first)

    assert f"its history lacks commit {third[:12]}" in refusal(source)
    assert content(state) == "three"


def test_a_source_can_go_from_head_to_every(origin: Origin, state: Path, ann: Signer) -> None:
    ann.commit(origin, "one")
    trusting(origin, state, by_ssh(ann)).sync()
    ann.commit(origin, "two")
    ann.commit(origin, "three")

    trusting(origin, state, by_ssh(ann, Mode.EVERY)).sync()

    assert content(state) == "three"


def test_a_signed_tag_is_taken_also_where_its_commit_is_not_signed(
    origin: Origin, state: Path, ann: Signer, gina: Signer
) -> None:
    commit = origin.commit({"a": "one"})
    ann.tag(origin, "v1")
    gina.tag(origin, "v2")

    source = trusting(origin, state, by_ssh(ann, Mode.TAG), "v1")
    assert source.sync().revision == commit
    other = trusting(origin, state.with_name("other"), by_gpg(gina, Mode.TAG), "v2")
    assert other.sync().revision == commit


def test_a_tag_without_a_signature_is_refused(origin: Origin, state: Path, ann: Signer) -> None:
    ann.commit(origin, "one")
    git(origin.work, "tag", "light")
    git(origin.work, "tag", "-a", "-m", "x", "noted")
    git(origin.work, "push", "-q", "--tags", str(origin.path))
    trust = by_ssh(ann, Mode.TAG)

    assert "light of" in (said := refusal(trusting(origin, state, trust, "light")))
    assert "it is no annotated tag" in said
    assert "it is not signed" in refusal(trusting(origin, state, trust, "noted"))
    assert "it is no annotated tag" in refusal(trusting(origin, state, trust))


def test_an_old_signed_tag_does_not_pass_for_a_new_one(
    origin: Origin, state: Path, ann: Signer
) -> None:
    ann.commit(origin, "old")
    ann.tag(origin, "v1")
    ann.commit(origin, "new")
    git(origin.path, "update-ref", "refs/tags/v2", git(origin.path, "rev-parse", "refs/tags/v1"))

    said = refusal(trusting(origin, state, by_ssh(ann, Mode.TAG), "v2"))

    assert "what was signed is the tag 'v1'" in said


def test_a_tag_that_was_signed_later_is_taken_up(origin: Origin, state: Path, ann: Signer) -> None:
    origin.commit({"a": "one"})
    git(origin.work, "tag", "-a", "-m", "x", "v1")
    git(origin.work, "push", "-q", "--tags", str(origin.path))
    source = trusting(origin, state, by_ssh(ann, Mode.TAG), "v1")
    refusal(source)

    git(origin.work, "tag", "-d", "v1")
    ann.tag(origin, "v1")
    source.sync()

    assert content(state) == "one"


def test_the_users_own_keys_and_configuration_do_not_count(
    origin: Origin, state: Path, ann: Signer, gina: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = state.parent / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text(f'[gpg "ssh"]\nallowedSignersFile = {ann.public}\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GNUPGHOME", gina.home)
    nobody = state.parent / "nobody"
    nobody.write_text("")
    trust = Trust(allowed_signers=str(nobody))

    for signer in (ann, gina):
        signer.commit(origin, "one")
        assert "is not trusted" in refusal(trusting(origin, state, trust))
    assert not (home / ".gnupg").exists()


class Agreeable(Repository):
    """A git that is content, and names no key that it is content with."""

    def verify(self, *_: object, **__: object) -> Finished:
        return Finished(0, b"", b"gpg: all is well\n")


def test_a_git_that_is_content_but_names_no_good_signature_is_not_believed(
    origin: Origin, state: Path
) -> None:
    repository = Agreeable(state, Remote(origin.url))
    with pytest.raises(UntrustedError):
        Check(repository, (), {}).commit("0" * 40)
