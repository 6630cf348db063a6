"""How status files become commits on a branch of the remote."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.git_http import serving
from tests.adapters.repos import Origin, git
from trueup.adapters.git.mirror import Author
from trueup.adapters.git.publisher import Publisher
from trueup.adapters.git.remote import Remote, Token
from trueup.adapters.sources.git import GitSource
from trueup.model.errors import ToolError, TransientError

BRANCH = "trueup/status"


def message(summaries: list[str]) -> str:
    return "\n".join(["status", "", *summaries])


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    origin = Origin(tmp_path / "there")
    origin.commit({"specs/web.yaml": "kind: Stack\n"})
    return origin


class Host:
    """One machine: its status files, and what publishes them."""

    def __init__(self, place: Path, remote: Remote, **options: float) -> None:
        self.place, self.remote, self.options = place, remote, options
        self.failures: list[Exception] = []
        self.folder = place / "status"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self) -> None:
        """Begin anew, as after a restart."""
        self.publisher = Publisher(
            self.remote,
            self.place / "status.git",
            self.folder,
            message,
            author=Author("Host <one>", "host@example.org"),
            failed=self.failures.append,
            interval=self.options.get("interval", 0.1),
            deadline=self.options.get("deadline", 20.0),
        )

    def write(self, **files: str) -> None:
        for name, text in files.items():
            file = self.folder / "Stack" / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def artifact(self, name: str, file: str) -> None:
        folder = self.folder / "Stack" / name
        folder.mkdir(parents=True)
        (folder / file).write_text("1 restart\n")

    def forget(self, name: str) -> None:
        (self.folder / "Stack" / f"{name}.yaml").unlink()
        shutil.rmtree(self.folder / "Stack" / name)

    def publish(self) -> None:
        self.publisher.publish()


@pytest.fixture
def host(origin: Origin, tmp_path: Path) -> Host:
    return Host(tmp_path / "host", Remote(origin.url))


def published(origin: Origin) -> dict[str, str]:
    names = git(origin.path, "ls-tree", "-r", "--name-only", BRANCH).splitlines()
    return {name: git(origin.path, "show", f"{BRANCH}:{name}") for name in names}


def commits(origin: Origin) -> int:
    return int(git(origin.path, "rev-list", "--count", BRANCH))


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.01)


def is_there(origin: Origin) -> bool:
    return BRANCH in git(origin.path, "branch", "--list", BRANCH)


def test_the_first_statuses_make_a_branch_without_a_common_history(
    origin: Origin, host: Host
) -> None:
    host.write(web="# Stack/web Synced, Healthy. Verified\nsync: Synced\n", db="# Stack/db ok\n")

    host.publish()

    assert published(origin) == {
        "Stack/db.yaml": "# Stack/db ok",
        "Stack/web.yaml": "# Stack/web Synced, Healthy. Verified\nsync: Synced",
    }
    assert commits(origin) == 1
    said = git(origin.path, "log", "-1", "--format=%an <%ae>%n%B", BRANCH)
    assert said.splitlines() == [
        "Host one <host@example.org>",
        "status",
        "",
        "Stack/db ok",
        "Stack/web Synced, Healthy. Verified",
    ]


def test_many_changes_are_one_commit_and_none_is_none(origin: Origin, host: Host) -> None:
    host.write(web="1", db="1")
    host.publish()
    host.write(web="2", db="2", new="2")
    (host.folder / "Stack/web").mkdir()
    (host.folder / "Stack/web/plan.txt").write_text("1 restart\n")
    host.publish()
    assert commits(origin) == 2
    assert len(published(origin)) == 4

    host.publish()
    os.utime(host.folder / "Stack/web.yaml")
    host.publish()

    assert commits(origin) == 2


def test_nothing_to_say_makes_no_branch(origin: Origin, host: Host) -> None:
    host.publish()

    assert not is_there(origin)


def test_a_removed_status_is_removed_from_the_branch(origin: Origin, host: Host) -> None:
    host.write(web="1", db="1")
    host.publish()

    (host.folder / "Stack/db.yaml").unlink()
    host.publish()

    assert published(origin) == {"Stack/web.yaml": "1"}
    assert "Stack/db.yaml removed" in git(origin.path, "log", "-1", "--format=%B", BRANCH)


def test_odd_names_and_half_written_files_are_no_trouble(origin: Origin, host: Host) -> None:
    odd = 'we"ird \\ name\n.txt'
    (host.folder / odd).write_bytes(b"\xff\0\n")
    (host.folder / ".web.yaml.tmp").write_text("half")

    host.publish()

    listed = git(origin.path, "ls-tree", "-r", "-z", "--name-only", BRANCH)
    assert listed.rstrip("\0") == odd


def test_two_hosts_share_a_branch_and_keep_each_others_files(
    origin: Origin, host: Host, tmp_path: Path
) -> None:
    other = Host(tmp_path / "other", Remote(origin.url))
    host.write(web="1")
    host.publish()
    other.write(db="1")
    other.publish()
    host.write(web="2")

    host.publish()  # its push is rejected at first

    assert published(origin) == {"Stack/db.yaml": "1", "Stack/web.yaml": "2"}
    (other.folder / "Stack/db.yaml").unlink()
    other.publish()
    assert published(origin) == {"Stack/web.yaml": "2"}
    assert commits(origin) == 4


def test_a_status_that_moved_to_another_host_is_not_removed_by_the_first(
    origin: Origin, host: Host, tmp_path: Path
) -> None:
    host.write(web="1", db="1")
    host.publish()
    (host.folder / "Stack/db.yaml").unlink()
    host.publish()
    other = Host(tmp_path / "other", Remote(origin.url))
    other.write(db="2")
    other.publish()

    host.write(web="2")
    host.publish()

    assert published(origin) == {"Stack/db.yaml": "2", "Stack/web.yaml": "2"}


def test_our_files_win_where_others_have_changed_them(origin: Origin, host: Host) -> None:
    host.write(web="ours")
    host.publish()
    clone = origin.path.parent / "clone"
    git(origin.path.parent, "clone", "-q", "-b", BRANCH, str(origin.path), str(clone))
    (clone / "Stack/web.yaml").write_text("theirs")
    (clone / "README.md").write_text("about")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "by hand")
    git(clone, "push", "-q")
    host.write(db="new")

    host.publish()

    assert published(origin) == {
        "README.md": "about",
        "Stack/db.yaml": "new",
        "Stack/web.yaml": "ours",
    }
    assert "by hand" in git(origin.path, "log", "--format=%s", BRANCH)


def test_a_branch_that_was_rewritten_or_deleted_is_filled_again(
    origin: Origin, host: Host
) -> None:
    host.write(web="1")
    host.publish()
    git(origin.path, "update-ref", f"refs/heads/{BRANCH}", "refs/heads/main")
    host.write(web="2")
    host.publish()
    assert published(origin) == {"Stack/web.yaml": "2", "specs/web.yaml": "kind: Stack"}

    git(origin.path, "update-ref", "-d", f"refs/heads/{BRANCH}")
    host.write(web="3")
    host.publish()
    assert published(origin)["Stack/web.yaml"] == "3"


def test_what_could_not_be_pushed_is_pushed_later(origin: Origin, host: Host) -> None:
    host.write(web="1")
    host.publish()
    away = origin.path.with_suffix(".away")
    origin.path.rename(away)

    host.write(web="2")
    with pytest.raises(TransientError):
        host.publish()
    host.write(db="2")
    with pytest.raises(TransientError):
        host.publish()
    away.rename(origin.path)
    host.start()
    host.publish()

    assert published(origin) == {"Stack/db.yaml": "2", "Stack/web.yaml": "2"}
    assert commits(origin) == 3


def test_a_remote_that_is_away_at_the_first_start_loses_nothing(
    origin: Origin, host: Host
) -> None:
    away = origin.path.with_suffix(".away")
    origin.path.rename(away)
    host.write(web="1")
    with pytest.raises(TransientError):
        host.publish()

    away.rename(origin.path)
    host.publish()

    assert published(origin) == {"Stack/web.yaml": "1"}


@pytest.mark.parametrize("damage", ["objects", "HEAD", "everything", "packs"])
def test_a_damaged_repository_of_ours_is_made_anew_and_continues_the_branch(
    origin: Origin, host: Host, damage: str
) -> None:
    host.write(web="1", db="1")
    host.publish()
    place = host.place / "status.git"
    match damage:
        case "objects":
            shutil.rmtree(place / "objects")
        case "HEAD":
            (place / "HEAD").write_text("garbage")
        case "packs":
            for pack in place.glob("objects/pack/*.pack"):
                pack.chmod(0o600)
                os.truncate(pack, 10)
        case _:
            shutil.rmtree(place)

    host.write(web="2")
    (host.folder / "Stack/db.yaml").unlink()
    host.publish()

    assert published(origin) == {"Stack/web.yaml": "2"}
    assert commits(origin) == 2


def test_a_lost_state_with_the_same_statuses_makes_no_commit(
    origin: Origin, host: Host, tmp_path: Path
) -> None:
    host.write(web="1")
    host.publish()

    again = Host(tmp_path / "again", Remote(origin.url))
    again.write(web="1")
    again.publish()

    assert commits(origin) == 1


def test_a_refusal_of_the_server_is_told_with_its_reason(origin: Origin, host: Host) -> None:
    hook = origin.path / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'this branch is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    host.write(web="1")

    with pytest.raises((ToolError, TransientError), match="this branch is protected"):
        host.publish()


def test_statuses_are_pushed_over_http_with_a_token(origin: Origin, tmp_path: Path) -> None:
    with serving(origin.path.parent, "hush-4711") as served:
        remote = Remote(f"{served.url}/origin.git", Token(lambda: "hush-4711"))
        host = Host(tmp_path / "host", remote)
        host.write(web="1")
        host.publish()

    assert published(origin) == {"Stack/web.yaml": "1"}


def test_publishing_never_changes_what_the_source_follows(
    origin: Origin, host: Host, tmp_path: Path
) -> None:
    source = GitSource("main", Remote(origin.url), tmp_path / "source")
    before = source.sync().revision
    host.write(web="1")
    host.publish()

    assert source.sync().revision == before
    refs = git(tmp_path / "source/git", "for-each-ref", "--format=%(refname)")
    assert refs == "refs/trueup/tip"


@contextmanager
def running(host: Host) -> Iterator[Publisher]:
    host.publisher.start()
    try:
        yield host.publisher
    finally:
        host.publisher.stop()


def test_changes_within_the_interval_are_one_commit(origin: Origin, tmp_path: Path) -> None:
    host = Host(tmp_path / "host", Remote(origin.url), interval=0.3)
    with running(host) as publisher:
        for number in range(10):
            host.write(**{f"s{number}": "1"})
            publisher.wake()
        until(lambda: is_there(origin))

    assert len(published(origin)) == 10
    assert commits(origin) == 1


def test_what_was_noted_is_published_without_a_look_at_anything_else(
    origin: Origin, host: Host
) -> None:
    host.write(web="1", db="1", old="1")
    host.artifact("old", "plan.txt")
    host.publish()
    host.write(web="2", db="2")
    host.forget("old")
    folder = host.folder / "Stack"

    host.publisher.publish([folder / "web.yaml", folder / "old.yaml", folder / "old"])
    assert published(origin) == {"Stack/db.yaml": "1", "Stack/web.yaml": "2"}

    host.publish()
    assert published(origin) == {"Stack/db.yaml": "2", "Stack/web.yaml": "2"}
    assert commits(origin) == 3


def test_everything_is_looked_at_once_others_have_been_on_the_branch(
    origin: Origin, host: Host, tmp_path: Path
) -> None:
    other = Host(tmp_path / "other", Remote(origin.url))
    host.write(web="1", db="1")
    host.publish()
    other.write(web="theirs", cache="1")
    other.publish()
    host.write(db="2")

    host.publisher.publish([host.folder / "Stack/db.yaml"])

    expected = {"Stack/web.yaml": "1", "Stack/db.yaml": "2", "Stack/cache.yaml": "1"}
    assert published(origin) == expected


@pytest.mark.parametrize("damage", ["objects", "everything"])
def test_a_repository_that_is_damaged_between_two_notes_loses_nothing(
    origin: Origin, host: Host, damage: str
) -> None:
    host.write(web="1", db="1")
    host.publish()
    place = host.place / "status.git"
    shutil.rmtree(place / "objects" if damage == "objects" else place)
    host.write(web="2")

    host.publisher.publish([host.folder / "Stack/web.yaml"])

    assert published(origin) == {"Stack/web.yaml": "2", "Stack/db.yaml": "1"}


def test_what_was_noted_when_it_could_not_be_committed_is_not_lost(
    origin: Origin, host: Host
) -> None:
    host.write(web="1", db="1")
    host.publish()
    shutil.rmtree(host.place / "status.git")
    away = origin.path.with_suffix(".away")
    origin.path.rename(away)
    host.write(web="2")
    with pytest.raises(TransientError):
        host.publisher.publish([host.folder / "Stack/web.yaml"])
    away.rename(origin.path)
    host.write(db="2")

    host.publisher.publish([host.folder / "Stack/db.yaml"])

    assert published(origin) == {"Stack/web.yaml": "2", "Stack/db.yaml": "2"}


def test_what_was_noted_before_a_failure_is_published_after_it(origin: Origin, host: Host) -> None:
    with running(host) as publisher:
        host.write(web="1")
        publisher.wake(host.folder / "Stack/web.yaml")
        until(lambda: is_there(origin))
        away = origin.path.with_suffix(".away")
        origin.path.rename(away)
        (host.place / "status.git").rename(host.place / "lost")
        host.write(web="2")
        publisher.wake(host.folder / "Stack/web.yaml")
        until(lambda: len(host.failures) > 0)
        away.rename(origin.path)
        until(lambda: published(origin) == {"Stack/web.yaml": "2"})


def test_a_start_catches_up_with_what_a_crash_left(origin: Origin, host: Host) -> None:
    host.write(web="1")

    with running(host):
        until(lambda: is_there(origin))

    assert published(origin) == {"Stack/web.yaml": "1"}


def test_the_end_publishes_what_is_left(origin: Origin, tmp_path: Path) -> None:
    host = Host(tmp_path / "host", Remote(origin.url), interval=60)
    with running(host) as publisher:
        host.write(web="1")
        publisher.wake()

    assert published(origin) == {"Stack/web.yaml": "1"}


def test_a_failed_push_is_tried_again_by_itself(origin: Origin, host: Host) -> None:
    away = origin.path.with_suffix(".away")
    origin.path.rename(away)
    host.write(web="1")
    with running(host):
        until(lambda: len(host.failures) > 0)
        away.rename(origin.path)
        until(lambda: is_there(origin))

    assert published(origin) == {"Stack/web.yaml": "1"}


def test_stopping_leaves_no_thread(host: Host) -> None:
    before = threading.active_count()

    with running(host):
        pass

    assert threading.active_count() == before


def test_a_thousand_changed_files_among_ten_thousand_are_published_quickly(
    origin: Origin, host: Host
) -> None:
    host.write(**{f"s{number}": "1" for number in range(10_000)})
    host.publish()
    host.write(**{f"s{number}": "2" for number in range(1000)})
    began = time.process_time()

    host.publish()

    assert time.process_time() - began < 2
    assert commits(origin) == 2
