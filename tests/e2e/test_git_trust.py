"""A source that verifies: what nobody signed never reaches a container, and says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.repos import git
from tests.adapters.signing import Signer, gpg, ssh
from tests.adapters.test_git_trust import swap_content
from tests.e2e.answer import Answer, read
from tests.e2e.origin import SOURCE, GitHome, git_home
from tests.e2e.scenario import free_port
from tests.e2e.services import serving

pytestmark = pytest.mark.engine


@pytest.fixture
def ann(tmp_path: Path) -> Signer:
    return ssh(tmp_path / "keys")


@pytest.fixture
def gina(tmp_path: Path) -> Iterator[Signer]:
    with gpg(tmp_path / "keys", "gina") as signer:
        yield signer


@pytest.fixture
def home(
    tmp_path: Path, request: pytest.FixtureRequest, ann: Signer, gina: Signer
) -> Iterator[GitHome]:
    verify = {"allowedSigners": str(ann.public), "gpgKeys": [str(gina.public)]}
    with git_home(tmp_path / "home", request, verify=verify) as one:
        yield one


def source(home: GitHome) -> Answer:
    return read(home.answers / "Source" / f"{SOURCE}.yaml")


def push(home: GitHome, signer: Signer, text: str, port: int) -> str:
    home.stack("web", {"api": serving(text, port)})
    return signer.commit(home.origin, text, "note")


def wait_refused(home: GitHome, why: str) -> None:
    home.wait_until(lambda: why in source(home).message, f"{why} is told of the source")
    home.wait_until(
        lambda: why in home.status("web").condition("SourceReady").get("message", ""),
        f"{why} is told of the stack",
    )


def wait_published(home: GitHome, why: str) -> None:
    def told() -> bool:
        said = home.public_status("web").condition("SourceReady")
        return "Source/apps.yaml" in home.published_names() and why in said.get("message", "")

    home.wait_until(told, f"{why} is told on the status branch")


def test_only_what_allowed_keys_signed_is_deployed_and_everything_else_says_why_not(
    home: GitHome, ann: Signer, gina: Signer, tmp_path: Path
) -> None:
    port = free_port()
    home.stack("web", {"api": serving("unsigned", port)})
    unsigned = home.commit()
    home.start()

    home.wait_until(lambda: "it is not signed" in source(home).message, "the refusal is told")
    assert f"commit {unsigned[:12]}" in source(home).message
    assert (source(home).ready, source(home).reason) == ("False", "Untrusted")
    assert home.containers("web") == []

    push(home, ann, "by ssh", port)
    first = home.wait_ready("web")
    assert home.answer(port) == "by ssh"
    home.wait_until(lambda: source(home).ready == "True", "the source is well again")

    mallory = ssh(tmp_path / "keys", "mallory")
    push(home, mallory, "by a stranger", port)
    wait_refused(home, "which is not allowed")
    wait_published(home, "which is not allowed")
    assert home.answer(port) == "by ssh"
    assert home.status("web").applied == first.applied

    signed = push(home, gina, "by gpg", port)
    second = home.wait_ready("web", other_than=first.applied)
    assert home.answer(port) == "by gpg"
    assert home.status("web").condition("SourceReady") == {}

    swapped = swap_content(home.origin, signed)
    git(home.origin.path, "update-ref", "refs/heads/main", swapped)
    wait_refused(home, "signature is that of another content")
    said = home.trueup.run("get")
    assert "Source/apps" in said.stdout
    assert "OutOfSync" in said.stdout
    quiet = home.status_commits()
    home.stop()
    home.start()
    home.wait_until(lambda: home.trueup.tail().count("another content") > 1, "it is told anew")
    assert home.answer(port) == "by gpg"
    assert home.status("web").applied == second.applied
    assert home.status_commits() == quiet
