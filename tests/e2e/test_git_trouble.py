"""Remotes that are away, histories that are rewritten, pushes that fail: made good by itself."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.adapters.repos import Origin, git
from tests.e2e.engine import processes
from tests.e2e.origin import BRANCH, GitHome, git_home, served
from tests.e2e.scenario import free_port
from tests.e2e.services import serving, serving_folder, sleeping
from tests.e2e.wire import Wire, wire_to

pytestmark = pytest.mark.engine

TOKEN = "ghp_0123456789abcdefSECRET"  # noqa: S105 - nobody's


@pytest.fixture
def home(followed: GitHome) -> GitHome:
    return followed


@pytest.fixture
def wired(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[GitHome, Wire]]:
    """A home that reaches its origin with a token, over a wire that can be cut."""
    folder = tmp_path / "home"
    auth = {"tokenFrom": {"file": "token"}, "user": "x-access-token"}
    with served(folder, TOKEN) as (url, _), wire_to(urlsplit(url).port or 0) as wire:
        cut = f"http://127.0.0.1:{wire.port}/origin.git"
        with git_home(folder, request, url=cut, auth=auth) as home:
            home.write(folder / "token", TOKEN + "\n")
            yield home, wire


def hang(wire: Wire) -> None:
    wire.hung = True


def fail(wire: Wire) -> None:
    wire.broken = True


@pytest.mark.parametrize("cut", [Wire.down, fail, hang])
def test_while_the_remote_is_away_the_old_release_answers_and_then_the_new_one(
    wired: tuple[GitHome, Wire], cut: Callable[[Wire], None]
) -> None:
    home, wire = wired
    port = free_port()
    home.stack("web", {"api": serving("one", port)})
    home.commit()
    home.start()
    first = home.wait_ready("web")
    home.wait_published("web")
    ids, since, asked = home.ids("web"), time.time(), wire.connections

    with home.probe(port) as probe:
        cut(wire)
        home.stack("web", {"api": serving("two", port)})
        home.commit()
        if cut is hang:
            home.wait_until(lambda: wire.connections > asked, "a connection hangs")
        else:
            home.wait_until(
                lambda: "source apps: " in home.trueup.tail(), "the failure is told", 20
            )
        assert home.ids("web") == ids
        assert home.engine.mutations(since) == []
    assert probe.failures == []
    assert set(probe.answers) == {"one"}

    wire.up()
    home.wait_ready("web", other_than=first.applied)
    assert home.answer(port) == "two"
    home.wait_published("web")


def test_a_restart_while_the_remote_is_away_still_repairs_what_breaks(
    wired: tuple[GitHome, Wire],
) -> None:
    home, wire = wired
    home.stack("web", {"api": sleeping()})
    home.commit()
    assert home.once() == 0
    old = home.id("web", "api")
    wire.down()
    home.engine.cli("rm", "-f", old)

    home.start()

    home.wait_until(lambda: home.containers("web"), "the container is there again")
    home.wait_until(lambda: "Healed" in home.status("web").results, "the repair is on record")
    home.wait_until(lambda: "status was not pushed" in home.trueup.tail(), "the push fails")
    wire.up()
    home.wait_until(lambda: "Healed" in home.public_status("web").results, "the branch says so")


def test_a_wrong_token_is_told_clearly_and_shown_nowhere(wired: tuple[GitHome, Wire]) -> None:
    home, _ = wired
    home.stack("web", {"api": sleeping()})
    home.commit()
    home.write(home.folder / "token", "wrong-" + TOKEN)
    home.start()

    home.wait_until(lambda: "source apps: " in home.trueup.tail(), "the refusal is told")
    said = home.trueup.tail()
    assert "Authentication failed" in said
    assert "stays in force" in said
    assert home.containers("web") == []

    home.write(home.folder / "token", TOKEN)
    seen: set[bytes] = set()

    def verified() -> bool:
        seen.update(git_commands())
        return home.public_status("web").ready == "True"

    home.wait_until(verified, "the branch says that it is verified")
    home.stop()
    files = {f.read_bytes() for f in home.folder.rglob("*") if f.is_file() and f.name != "token"}
    assert any(b"ls-remote" in one for one in seen)
    assert not [one for one in seen | files if TOKEN.encode() in one]


def git_commands() -> Iterator[bytes]:
    """Yield the command lines of all git processes that run right now."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes()
            if command.startswith(b"git\0"):
                yield command


def _rewrite(home: GitHome) -> None:
    """Push a branch that shares no history with what was deployed."""
    git(home.origin.work, "checkout", "-q", "--orphan", "fresh")


def _force(home: GitHome) -> None:
    git(home.origin.work, "reset", "-q", "--soft", "HEAD~1")


def _corrupt(home: GitHome) -> None:
    clone = home.tree.parent / "git"
    for pack in clone.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        os.truncate(pack, 30)
    (clone / "HEAD").write_bytes(b"\0garbage")


def _delete(home: GitHome) -> None:
    shutil.rmtree(home.tree.parent / "git")


@pytest.mark.parametrize("damage", [_force, _rewrite, _corrupt, _delete])
def test_histories_and_clones_may_break_and_the_next_commit_is_deployed(
    home: GitHome, damage: Callable[[GitHome], None]
) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port), "side": sleeping()})
    home.commit({"README.md": "first"})
    home.commit({"README.md": "second"})
    home.start()
    first = home.wait_ready("web")
    side, api = home.id("web", "side"), home.id("web", "api")

    with home.probe(port) as probe:
        damage(home)
        second = home.origin.commit({"README.md": "third"}, force=True)
        home.wait_checked_out(second)
        assert (home.id("web", "api"), home.id("web", "side")) == (api, side)
    assert probe.failures == []

    home.stack("web", {"api": serving("two", port), "side": sleeping()})
    third = home.commit()
    status = home.wait_ready("web", other_than=first.applied)
    assert home.answer(port) == "two"
    assert status.body["applied"]["revision"] == third
    assert home.id("web", "side") == side


def test_what_others_push_to_the_status_branch_is_kept(home: GitHome, tmp_path: Path) -> None:
    home.stack("web", {"api": sleeping()})
    home.commit()
    home.start()
    first = home.wait_ready("web")
    home.wait_published("web")
    theirs = Clone(tmp_path / "theirs", home.origin)
    theirs.commit("Stack/of-another-host.yaml", "summary: theirs\n")
    theirs.commit("Stack/web.yaml", "summary: a lie\n")

    home.stack("web", {"api": sleeping(environment={"A": "2"})})
    home.commit()
    home.wait_ready("web", other_than=first.applied)

    home.wait_published("web")
    assert home.published()["Stack/of-another-host.yaml"] == "summary: theirs"
    assert git(home.origin.path, "merge-base", "--is-ancestor", theirs.tip, BRANCH) == ""


class Clone:
    """Somebody else's clone of the status branch."""

    def __init__(self, place: Path, origin: Origin) -> None:
        self.place = place
        git(origin.path.parent, "clone", "-q", "-b", BRANCH, str(origin.path), str(place))

    @property
    def tip(self) -> str:
        return git(self.place, "rev-parse", "HEAD")

    def commit(self, path: str, text: str) -> None:
        (self.place / path).write_text(text)
        git(self.place, "add", "-A")
        git(self.place, "commit", "-q", "-m", "theirs")
        git(self.place, "push", "-q")


def test_a_push_that_is_refused_for_a_while_is_tried_again_and_nothing_is_lost(
    home: GitHome,
) -> None:
    home.stack("web", {"api": sleeping()})
    home.stack("other", {"api": sleeping()})
    home.commit()
    hook = home.origin.path / "hooks/update"
    home.write(hook, "#!/bin/sh\ncase $1 in *status) echo no room >&2; exit 1;; esac\n")
    hook.chmod(0o755)
    home.start()

    first = home.wait_ready("web")
    home.wait_ready("other")
    home.wait_until(lambda: "status was not pushed" in home.trueup.tail(), "the refusal is told")
    assert "no room" in home.trueup.tail()
    assert home.published() == {}
    home.stack("web", {"api": sleeping(environment={"A": "2"})})
    home.commit()
    home.wait_ready("web", other_than=first.applied)

    hook.unlink()
    assert home.wait_published("web").results == ["Applied", "Applied"]
    assert home.wait_published("other").results == ["Applied"]


def test_a_kill_between_the_verification_and_the_push_loses_no_word(home: GitHome) -> None:
    home.configure(status={"interval": "1h"})
    home.stack("web", {"api": sleeping()})
    commit = home.commit()
    home.start()
    home.wait_ready("web")
    ids = home.ids("web")
    home.kill()
    assert home.published() == {}

    home.configure()
    home.start()

    public = home.wait_published("web")
    assert (public.ready, public.results) == ("True", ["Applied"])
    assert public.body["applied"]["revision"] == commit
    assert home.ids("web") == ids


def test_a_kill_while_a_deploy_is_verified_ends_in_a_branch_that_says_the_truth(
    home: GitHome,
) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port)})
    home.commit()
    home.start()
    first = home.wait_ready("web")
    home.wait_published("web")

    home.stack("web", {"api": serving("two", port)}, stable="3s")
    commit = home.commit()
    home.wait_until(lambda: home.answer(port) == "two", "the new one answers")
    assert home.status("web").applied == first.applied
    home.kill()
    home.start()

    home.wait_ready("web", other_than=first.applied)
    public = home.wait_published("web")
    assert (public.ready, public.sync) == ("True", "Synced")
    assert public.body["applied"]["revision"] == commit
    assert public.step == 0
    assert home.answer(port) == "two"


def test_a_kill_while_a_bad_deploy_is_verified_still_ends_in_the_release_before(
    home: GitHome,
) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port)})
    home.commit()
    home.start()
    first = home.wait_ready("web")

    home.stack(
        "web",
        {"api": serving("two", port)},
        timeout="8s",
        services={"api": {"verify": [{"http": {"url": "http://api/absent"}}]}},
    )
    home.commit()
    home.wait_until(lambda: home.answer(port) == "two", "the new one answers")
    home.kill()
    home.start()

    home.wait_until(lambda: home.status("web").quarantined, "what failed is remembered", 60)
    home.wait_until(lambda: home.answer(port) == "one", "the release before answers again")
    home.wait_reason("web", "RolledBack")
    assert home.wait_published("web").applied == first.applied


def test_a_work_tree_that_somebody_deleted_is_made_anew_and_containers_do_not_notice(
    home: GitHome,
) -> None:
    port = free_port()
    page = {"volumes": ["./page.html:/www/index.html:ro"]}
    home.stack("web", {"a": serving_folder(port, **page)})
    home.commit({"specs/web/page.html": "old"})
    home.start()
    first = home.wait_ready("web")
    ids = home.ids("web")

    with home.probe(port) as probe:
        shutil.rmtree(home.tree)
        home.wait_until((home.tree / "specs/web/page.html").exists, "the tree is there again")
        assert home.ids("web") == ids
    assert probe.failures == []
    assert set(probe.answers) == {"old"}

    home.commit({"specs/web/page.html": "new"})
    home.wait_ready("web", other_than=first.applied)
    assert home.answer(port) == "new"


def test_a_remote_that_hangs_does_not_keep_the_program_from_ending(
    wired: tuple[GitHome, Wire],
) -> None:
    home, wire = wired
    home.stack("web", {"api": sleeping()})
    home.commit()
    home.start()
    home.wait_ready("web")
    home.wait_published("web")
    asked = wire.connections
    wire.hung = True
    home.wait_until(lambda: wire.connections > asked, "a question hangs")
    home.engine.cli("rm", "-f", home.id("web", "api"))
    home.wait_until(lambda: "Healed" in home.status("web").results, "there is news to push")

    begun = time.monotonic()
    home.stop()

    assert time.monotonic() - begun < 20
    assert list(processes(f":{wire.port}/")) == []
