"""Backup, restore and export: what is remembered survives, and runs without Trueup too."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.e2e.origin import GitHome
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import serving_folder, sleeping

pytestmark = pytest.mark.engine


def deployed(home: Home, port: int = 0) -> None:
    """Have a stack verified that mounts a folder and a secret."""
    home.write(home.place("web") / "www" / "index.html", "hello\n")
    api = {**serving_folder(port, volumes=["./www:/www:ro"]), "secrets": ["token"]}
    also = {"secrets": {"token": {"environment": "TOKEN"}}}
    home.stack("web", {"api": api}, also=also, stable="200ms", env={"TOKEN": "open sesame"})
    assert home.once() == 0, home.report()


def test_a_restored_backup_leaves_nothing_to_do(home: Home) -> None:
    deployed(home)
    before, kept = home.ids("web"), home.status("web").body
    done = home.trueup.run("backup", "kept.tar.gz")
    assert done.returncode == 0, done.stderr
    file = home.folder / "kept.tar.gz"
    assert file.stat().st_mode & 0o777 == 0o600
    shutil.rmtree(home.folder / ".trueup")
    shutil.rmtree(home.answers)

    done = home.trueup.run("restore", "kept.tar.gz")

    assert done.returncode == 0, done.stderr
    assert home.status("web").body == kept
    assert home.trueup.run("plan").returncode == 0
    assert home.once() == 0
    assert home.ids("web") == before


def test_a_backup_while_trueup_runs_is_whole(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="200ms")
    home.start()
    home.wait_ready("web")
    assert home.trueup.run("backup", "kept.tar.gz").returncode == 0
    refused = home.trueup.run("restore", "kept.tar.gz", "--replace")
    assert refused.returncode == 1
    assert "another Trueup" in refused.stderr
    home.stop()
    refused = home.trueup.run("restore", "kept.tar.gz")
    assert "is in use" in refused.stderr
    assert home.trueup.run("restore", "kept.tar.gz", "--replace").returncode == 0
    assert list(home.folder.glob(".trueup.before-*"))
    assert home.trueup.run("plan").returncode == 0


def test_an_exported_release_comes_up_with_plain_compose(home: Home, tmp_path: Path) -> None:
    port = free_port()
    deployed(home, port)
    done = home.trueup.run("export", "web", "out.tar.gz", "--images")
    assert done.returncode == 0, done.stderr
    project = home.project("web")
    home.engine.cli("rm", "--force", home.id("web", "api"))
    with tarfile.open(home.folder / "out.tar.gz") as tar:
        tar.extractall(tmp_path / "out", filter="data")
    shutil.move(home.folder, tmp_path / "away")
    try:
        up = ["docker", "compose", "-p", project, "-f", "compose.json", "up", "-d"]
        subprocess.run(up, cwd=tmp_path / "out", check=True, timeout=60, capture_output=True)
        home.wait_until(lambda: home.answer(port) == "hello", "it answers")
        assert home.inside("web", "api", "cat", "/run/secrets/token") == "open sesame"
        names = {tag for one in _manifest(tmp_path / "out" / "images.tar") for tag in one}
        assert names
        assert all(name.startswith("trueup/") for name in names)
    finally:
        shutil.move(tmp_path / "away", home.folder)


def _manifest(path: Path) -> list[list[str]]:
    with tarfile.open(path) as tar:
        found = tar.extractfile("manifest.json")
        assert found is not None
        return [one["RepoTags"] for one in json.load(found)]


def test_the_status_branch_is_one_commit_after_it_was_compacted(followed: GitHome) -> None:
    home = followed
    home.start()
    last = ""
    for text in ("one", "two"):
        home.stack("web", {"api": sleeping(labels={"try": text})}, stable="200ms")
        home.commit({"notes.txt": text})
        last = home.wait_ready("web", other_than=last).applied
        home.wait_published("web")
    before = home.published()
    assert len(home.status_commits()) > 1

    done = home.trueup.run("status", "compact")

    assert done.returncode == 0, done.stderr
    assert len(home.status_commits()) == 1
    assert home.published() == before
    home.stack("web", {"api": sleeping(labels={"try": "three"})}, stable="200ms")
    home.commit()
    home.wait_ready("web", other_than=last)
    home.wait_published("web")
    assert len(home.status_commits()) > 1
    assert home.published_names() == sorted(before)
