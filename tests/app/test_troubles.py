"""What is said of a source that cannot be followed, and how rarely."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.adapters.repos import Origin, git
from tests.adapters.signing import ssh
from trueup.app.site import Site
from trueup.app.sources import Followed
from trueup.documents.check import check
from trueup.model.errors import SpecError, TransientError, UntrustedError
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.settings import load

SOURCE = Key("Source", "apps")
WEB = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {name: web}\nspec: {path: web}\n"


def site_of(folder: Path, heard: Callable[[str, tuple[Key, ...]], None], **git: object) -> Site:
    body = {"sources": [{"name": "apps", "git": git}], "status": {"push": False}}
    (folder / "trueup.yaml").write_text(yaml.safe_dump(body))
    return Site(load(folder, check, environ={}), lambda _: None, heard)


def followed(site: Site) -> Followed:
    return site.sources["apps"]


def said(site: Site) -> Status:
    return site.records.read(SOURCE)


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    one = Origin(tmp_path / "there")
    one.commit({"specs/web.yaml": WEB})
    return one


def test_a_remote_that_is_away_is_told_at_the_third_failure_and_then_no_more(
    origin: Origin, tmp_path: Path
) -> None:
    heard: list[tuple[Key, ...]] = []
    site = site_of(tmp_path, lambda _, keys: heard.append(keys), url=origin.url)
    source = followed(site)
    source.look()
    heard.clear()

    for failures in (1, 2):
        source.failures = failures
        site.troubles.tell(source, TransientError(f"the line is dead {failures}"))
    assert said(site).conditions == ()

    for failures in (3, 4, 5):
        source.failures = failures
        site.troubles.tell(source, TransientError(f"the line is dead {failures}"))
    ready = said(site).condition("Ready")
    assert ready is not None
    assert (ready.status, ready.reason) == ("False", "Unreachable")
    assert ready.message == "the line is dead 3."
    assert heard == [(Key("Stack", "web"),)]
    resource = site.wishes[Key("Stack", "web")]
    assert resource is not None
    assert resource.trouble is not None

    site.troubles.tell(source, None)
    assert said(site).ready
    resource = site.wishes[Key("Stack", "web")]
    assert resource is not None
    assert resource.trouble is None


def test_a_source_that_never_was_in_trouble_has_no_status(origin: Origin, tmp_path: Path) -> None:
    site = site_of(tmp_path, lambda _source, _keys: None, url=origin.url)

    followed(site).look()

    assert not site.records.files(SOURCE).path(SOURCE).exists()


def test_the_status_names_the_revision_that_stays_in_force(origin: Origin, tmp_path: Path) -> None:
    ann = ssh(tmp_path / "keys")
    commit = ann.commit(origin, "signed")
    verify = {"allowedSigners": str(ann.public)}
    site = site_of(tmp_path, lambda _source, _keys: None, url=origin.url, verify=verify)
    source = followed(site)
    source.look()
    origin.commit({"more": "unsigned"})

    with pytest.raises(UntrustedError):
        site.look_at_sources()

    assert said(site).revision == commit
    assert "Untrusted" in said(site).summary
    assert "it is not signed" in said(site).summary


def test_beside_a_verified_source_another_repository_needs_a_full_commit_id(
    origin: Origin, tmp_path: Path
) -> None:
    other = Origin(tmp_path / "other")
    commit = other.commit({"compose.yaml": "services: {}\n"})
    verify = {"allowedSigners": str(ssh(tmp_path / "keys").public)}
    site = site_of(tmp_path, lambda _source, _keys: None, url=origin.url, verify=verify)

    for aim in ("main", f"={commit[:10]}"):
        with pytest.raises(SpecError, match="Name a full commit id"):
            site.trees.tree(f"{other.url}@{aim}")
    assert site.trees.tree(f"{other.url}@={commit}").revision == commit
    with pytest.raises(UntrustedError):
        site.trees.tree(f"{origin.url}@={git(origin.work, 'rev-parse', 'HEAD')}")
