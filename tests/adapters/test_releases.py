"""The files of releases: durable, private, and still readable for those who mount them."""

import os
import shutil
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.conftest import FILE, Stage
from tests.real_host import RealHost, docker
from trueup.adapters.docker.releases import Releases
from trueup.model.errors import ToolError
from trueup.model.steps import Bundle

OLD = time.time() - 7200


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a script, a link, a nested file, a git directory and a pipe."""
    folder = tmp_path / "source"
    (folder / "deep").mkdir(parents=True)
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "deep" / "secret").write_text("s3cret")
    (folder / "deep" / "secret").chmod(0o640)
    (folder / "link").symlink_to("deep/secret")
    (folder / "dangling").symlink_to("nowhere")
    (folder / ".git").mkdir()
    os.mkfifo(folder / "pipe")
    return folder


def freeze(state: Path, source: Path, target: str = "snapshots/abc/source", **more: Any) -> None:
    compose = {"services": {"web": {"volumes": [f"{state}/{target}:/app"]}}, **more}
    Releases(str(state)).freeze(Bundle(FILE, compose, ((str(source), target),)))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def age(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (OLD, OLD))


def test_a_copy_is_whole_with_its_modes_and_links(state: Path, source: Path) -> None:
    freeze(state, source)

    copy = state / "snapshots/abc/source"
    assert names(copy) == ["dangling", "deep", "link", "run.sh"]
    assert (copy / "run.sh").read_text() == "#!/bin/sh\n"
    assert (mode(copy / "run.sh"), mode(copy / "deep/secret")) == (0o755, 0o640)
    assert (copy / "link").readlink() == Path("deep/secret")
    assert (copy / "dangling").readlink() == Path("nowhere")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_copy_keeps_its_owner(state: Path, source: Path) -> None:
    os.chown(source / "deep/secret", 1000, 1001)

    freeze(state, source)

    found = (state / "snapshots/abc/source/deep/secret").stat()
    assert (found.st_uid, found.st_gid) == (1000, 1001)


def test_only_we_may_read_what_we_keep(state: Path, source: Path) -> None:
    freeze(state, source)

    assert mode(state / FILE) == 0o600
    for folder in (state, state / "releases", state / "releases/Stack", state / "snapshots/abc"):
        assert mode(folder) == 0o700


def test_a_copy_that_exists_is_left_alone(state: Path, source: Path) -> None:
    freeze(state, source)
    (source / "run.sh").write_text("changed")

    freeze(state, source)

    assert (state / "snapshots/abc/source/run.sh").read_text() == "#!/bin/sh\n"


def test_a_single_file_is_copied(state: Path, source: Path) -> None:
    freeze(state, source / "deep/secret", "snapshots/def/secret")

    assert (state / "snapshots/def/secret").read_text() == "s3cret"


def test_two_names_of_the_same_content_share_a_digest(state: Path, source: Path) -> None:
    freeze(state, source / "deep/secret", "snapshots/def/one")
    freeze(state, source / "deep/secret", "snapshots/def/two")

    assert names(state / "snapshots/def") == ["one", "two"]


def test_a_source_that_is_gone_leaves_nothing_half_done(state: Path, source: Path) -> None:
    with pytest.raises(ToolError):
        freeze(state, source / "nowhere")

    assert not (state / FILE).exists()
    assert list((state / "snapshots").rglob("*")) == [state / "snapshots/abc"]


def test_what_is_not_kept_is_cleared_away_with_its_copies(state: Path, source: Path) -> None:
    freeze(state, source)
    freeze(state, source / "run.sh", "snapshots/def/run.sh")
    (state / FILE).rename(state / "releases/Stack/web/old.json")
    freeze(state, source, "snapshots/new/source")
    age(*(state / "snapshots").iterdir(), *(state / "releases/Stack/web").iterdir())

    Releases(str(state)).clear({FILE})

    assert names(state / "releases/Stack/web") == ["one.json"]
    assert names(state / "snapshots") == ["new"]


def test_what_a_kept_file_mounts_stays(state: Path, source: Path) -> None:
    freeze(state, source)
    age(state / "snapshots/abc", state / FILE)

    Releases(str(state)).clear({FILE})

    assert (state / "snapshots/abc/source/run.sh").exists()


def test_what_is_in_the_making_is_not_cleared_away(state: Path, source: Path) -> None:
    freeze(state, source)

    Releases(str(state)).clear(())

    assert (state / FILE).exists()
    assert (state / "snapshots/abc/source").exists()


def test_what_a_killed_process_left_is_cleared_away(state: Path, source: Path) -> None:
    freeze(state, source)
    left = state / "snapshots/abc/.part-0123456789abcdef"
    left.mkdir()
    also = state / "releases/Stack/web/.part-0123456789abcdef"
    also.touch()
    mine = state / "snapshots/abc/.htpasswd"
    mine.touch()
    age(left, also, mine)

    Releases(str(state)).clear({FILE})

    assert (left.exists(), also.exists(), mine.exists()) == (False, False, True)


def test_a_damaged_release_file_counts_as_gone(state: Path, source: Path) -> None:
    freeze(state, source)
    (state / FILE).write_text("{")

    assert Releases(str(state)).stored(FILE) == {}
    assert Releases(str(state)).stored("releases/../../etc/passwd") == {}


@pytest.mark.engine
def test_a_container_of_another_user_reads_a_copy_below_private_folders(
    real: Stage, source: Path
) -> None:
    assert isinstance(real.host, RealHost)
    (source / "run.sh").chmod(0o644)
    copy = "snapshots/abc/source"
    mount = {"type": "bind", "source": f"{real.host.state}/{copy}", "target": "/app"}
    real.service("web", user="1000:1000", volumes=[{**mount, "read_only": True}])
    compose = {"name": real.project, "services": real.services}
    network = {"default": {"name": f"{real.project}_default"}}
    real.host.freeze(Bundle(FILE, {**compose, "networks": network}, ((str(source), copy),)))

    real.host.up(real.project, FILE, ["web"], real.task, recreate=False)

    assert docker("exec", real.name("web"), "cat", "/app/run.sh") == "#!/bin/sh"


@pytest.mark.parametrize(
    ("before", "after"), [("busybox", "busyb0x"), ("\n}", "\n} "), ('"services"', '"service"')]
)
def test_a_release_file_that_somebody_edited_counts_as_gone(
    tmp_path: Path, before: str, after: str
) -> None:
    releases, file = Releases(str(tmp_path)), "releases/Stack/web/1.json"
    releases.freeze(Bundle(file, {"name": "web", "services": {"a": {"image": "busybox"}}}))
    path = tmp_path / file
    assert releases.stored(file)["name"] == "web"

    path.write_text(path.read_text().replace(before, after))

    assert releases.stored(file) == {}


@pytest.mark.parametrize(
    "outside", ["elsewhere.json", "releases/../elsewhere.json", "../elsewhere.json"]
)
def test_a_file_outside_the_releases_counts_as_gone_however_whole_it_is(
    state: Path, outside: str
) -> None:
    releases = Releases(str(state))
    releases.freeze(Bundle(FILE, {"name": "web", "services": {"a": {"image": "busybox"}}}))
    text = (state / FILE).read_text()
    for place in (state, state.parent):
        (place / "elsewhere.json").write_text(text)
    assert releases.stored(FILE)["name"] == "web"
    assert releases.stored(outside) == {}
    assert releases.stored(str(state.parent / "elsewhere.json")) == {}


USE = "Stack.web.web"


def use(state: Path, user: str = USE) -> str:
    return f"{user} {state}/snapshots/abc/source"


def started(state: Path) -> Releases:
    releases = Releases(str(state))
    releases.used(FILE, ["web"])
    return releases


def frozen(state: Path, source: Path) -> Releases:
    mount = {"type": "bind", "source": f"{state}/snapshots/abc/source", "target": "/app"}
    freeze(state, source, services={"web": {"volumes": [mount]}})
    return Releases(str(state))


def test_an_empty_folder_in_place_of_a_copy_is_noticed_and_filled(
    state: Path, source: Path
) -> None:
    frozen(state, source)
    releases, copy = started(state), state / "snapshots/abc/source"
    assert not releases.lost(use(state))
    shutil.rmtree(copy)
    assert releases.lost(use(state))
    copy.mkdir()
    assert releases.lost(use(state))
    with pytest.raises(ToolError, match="is gone"):
        releases.refuse_lost(FILE, ["web"])

    frozen(state, source)

    assert (copy / "run.sh").exists()
    assert releases.lost(use(state))  # until it is started with the new one
    releases.refuse_lost(FILE, ["web"])
    started(state)
    assert not releases.lost(use(state))


def test_an_empty_folder_without_any_note_is_no_copy(state: Path, source: Path) -> None:
    copy = state / "snapshots/abc/source"
    copy.mkdir(parents=True)

    assert Releases(str(state)).lost(use(state))
    frozen(state, source)

    assert (copy / "run.sh").exists()


def test_a_copy_of_the_time_before_notes_stays_where_it_is_whole(
    state: Path, source: Path
) -> None:
    frozen(state, source)
    copy = state / "snapshots/abc/source"
    shutil.rmtree(state / "copied")
    before = copy.stat().st_ino

    releases = frozen(state, source)

    assert copy.stat().st_ino == before
    assert not releases.lost(use(state))


def test_a_copy_of_the_time_before_notes_is_made_again_where_it_is_not(
    state: Path, source: Path
) -> None:
    frozen(state, source)
    shutil.rmtree(state / "copied")
    (state / "snapshots/abc/source/deep/secret").unlink()

    releases = frozen(state, source)

    assert (state / "snapshots/abc/source/deep/secret").exists()
    assert releases.lost(use(state))


def test_a_copy_made_again_for_one_stack_is_lost_to_another_that_mounted_it(
    state: Path, source: Path
) -> None:
    frozen(state, source)
    releases, other = started(state), use(state, "Stack.other.web")
    shutil.rmtree(state / "snapshots/abc/source")
    frozen(state, source)
    started(state)

    assert not releases.lost(use(state))
    assert releases.lost(other)


def test_a_file_that_its_container_wrote_to_is_as_it_was_for_the_next_one(
    state: Path, source: Path
) -> None:
    freeze(state, source / "run.sh", "snapshots/def/run.sh")
    copy = state / "snapshots/def/run.sh"
    copy.write_text("changed")

    freeze(state, source / "run.sh", "snapshots/def/run.sh")

    assert copy.read_text() == "#!/bin/sh\n"


def test_what_a_container_mounts_is_not_cleared_away(state: Path, source: Path) -> None:
    freeze(state, source)
    age(state / "snapshots/abc", state / FILE)

    Releases(str(state)).clear((), [f"{state}/snapshots/abc/source"])

    assert names(state / "snapshots") == ["abc"]
    Releases(str(state)).clear(())
    assert (names(state / "snapshots"), names(state / "copied")) == ([], [])
