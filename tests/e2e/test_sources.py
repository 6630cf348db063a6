"""Several sources at once, a lost state directory, many documents, two processes."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.repos import Origin
from tests.e2e.answer import Answer, read
from tests.e2e.origin import GitHome
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import crashing, serving, sleeping

pytestmark = pytest.mark.engine


def put(home: Home, origin: Origin, name: str, text: str) -> None:
    """Write a stack into another repository's work tree, and push it."""
    mine, home.specs = home.specs, origin.work / "specs"
    home.stack(name, {"api": sleeping(environment={"TEXT": text})})
    home.specs = mine
    origin.commit({})


def followed(name: str, origin: Origin) -> dict[str, Any]:
    git = {"url": origin.url, "interval": "500ms"}
    return {"name": name, "git": git, "guard": {"allowEmpty": True}}


def status_in(home: Home, source: str, name: str) -> Answer:
    return read(home.folder / ".trueup/status" / source / "Stack" / f"{name}.yaml")


def test_three_sources_are_followed_and_a_name_belongs_to_the_first_that_has_it(
    home: Home, tmp_path: Path
) -> None:
    one, two = Origin(tmp_path / "one"), Origin(tmp_path / "two")
    folder = {"name": "folder", "directory": "specs"}
    home.configure(sources=[followed("one", one), followed("two", two), folder])
    put(home, one, "web", "one")
    put(home, two, "api", "two")
    home.stack("worker", {"api": sleeping()})
    home.start()
    home.wait_until(lambda: status_in(home, "one", "web").ready == "True", "web is verified")
    home.wait_until(lambda: status_in(home, "two", "api").ready == "True", "api is verified")
    home.wait_ready("worker")
    before, since = status_in(home, "one", "web"), time.time()

    put(home, two, "web", "two")
    home.stack("web", {"api": sleeping(environment={"TEXT": "three"})})

    home.wait_until(lambda: "source two: refused" in home.trueup.tail(), "two is told")
    home.wait_until(lambda: "source folder: refused" in home.trueup.tail(), "folder is told")
    assert status_in(home, "one", "web") == before
    assert home.engine.mutations(since) == []
    refused = status_in(home, "two", "web")
    assert (refused.ready, refused.reason) == ("False", "InvalidDocument")
    assert "Stack/web is of source one already" in refused.message
    assert read(home.answers / "Stack/web.yaml").reason == "InvalidDocument"
    home.kill()
    home.start()
    home.wait_until(
        lambda: home.trueup.tail().count("source two: refused") > 1, "it is told again"
    )
    assert status_in(home, "one", "web") == before
    assert home.engine.mutations(since) == []

    one.commit({"specs/web/stack.yaml": None})
    home.wait_until(lambda: status_in(home, "two", "web").ready == "True", "two has the name now")
    assert "TEXT=two" in home.container("web", "api")["Config"]["Env"]


def test_a_second_process_is_refused_and_commands_that_only_read_work_beside_the_first(
    followed: GitHome,
) -> None:
    followed.stack("web", {"api": sleeping()})
    followed.commit()
    followed.start()
    followed.wait_ready("web")

    second = followed.trueup.run("run", "--once")

    assert second.returncode == 1
    assert f"another Trueup (process {followed.trueup.pid}) works on" in second.stderr
    assert "--state" in second.stderr
    assert followed.trueup.run("plan").returncode == 0
    assert followed.trueup.run("get").returncode == 0
    assert followed.trueup.run("describe", "web").returncode == 0
    assert followed.trueup.run("validate").returncode == 0
    assert followed.trueup.alive


def touched(home: Home, since: float) -> list[str]:
    """Return what was done since a time, but for the tag that a verified image gets."""
    return [one for one in home.engine.mutations(since) if not one.startswith("image tag")]


def test_a_lost_state_directory_redeploys_nothing_and_the_statuses_come_back(
    followed: GitHome,
) -> None:
    followed.stack("web", {"api": sleeping()})
    followed.stack("more", {"api": serving("hello")})
    followed.commit()
    assert followed.once() == 0
    before = followed.ids("web") | followed.ids("more")
    public, since = followed.public_status("web"), time.time()
    assert public.ready == "True"
    shutil.rmtree(followed.state)

    assert followed.once() == 0

    assert followed.ids("web") | followed.ids("more") == before
    assert touched(followed, since) == []
    status = followed.status("web")
    assert (status.ready, status.applied) == ("True", public.applied)
    assert status.body["observedDigest"] == public.body["observedDigest"]
    assert status.results[-1] == "Applied"
    assert len(status.results) > len(public.results) - 1
    assert followed.public_status("web") == status


def test_what_failed_is_not_tried_again_although_the_state_directory_was_lost(
    followed: GitHome,
) -> None:
    port = free_port()
    followed.stack("web", {"api": serving("one", port)})
    followed.commit()
    assert followed.once() == 0
    followed.stack("web", {"api": crashing()})
    followed.commit()
    followed.once()
    assert followed.public_status("web").reason == "RolledBack"
    ids = followed.ids("web")
    shutil.rmtree(followed.state)

    with followed.probe(port) as probe:
        followed.once()

    assert followed.ids("web") == ids
    assert followed.answer(port) == "one"
    assert probe.failures == []
    assert followed.status("web").quarantined


def test_a_lost_state_directory_of_a_directory_source_redeploys_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()})
    assert home.once() == 0
    before, ids, since = home.status("web"), home.ids("web"), time.time()
    shutil.rmtree(home.folder / ".trueup")

    assert home.once() == 0

    assert home.ids("web") == ids
    assert touched(home, since) == []
    assert home.status("web").applied == before.applied
    assert home.status("web").ready == "True"


MANY, BETWEEN = 1000, 5
DOCUMENT = """apiVersion: trueup/v1
kind: Stack
metadata: {{name: s{0:03}}}
spec: {{suspend: {{reason: one of many}}}}
"""


def test_of_a_thousand_documents_only_the_one_that_changed_is_acted_on(followed: GitHome) -> None:
    followed.configure(status={"interval": f"{BETWEEN}s"})
    for name in ("web", "more", "other"):
        followed.stack(name, {"api": sleeping()})
    for folder in range(10):
        documents = [DOCUMENT.format(folder * 100 + n) for n in range(100)][
            : 100 - 3 * (not folder)
        ]
        followed.write(followed.specs / f"many{folder}/stacks.yaml", "---\n".join(documents))
    followed.commit()
    begun = time.monotonic()
    followed.start()
    followed.wait_until(
        lambda: len(list((followed.answers / "Stack").glob("*.yaml"))) == MANY, "all are looked at"
    )
    first = followed.wait_ready("web")
    followed.wait_ready("more")
    followed.wait_ready("other")
    followed.wait_until(lambda: len(_stacks(followed)) == MANY, "all are on the branch")
    assert followed.public_status("s500").reason == "Suspended"
    for name in ("web", "more", "other"):
        followed.wait_published(name)
    commits, others = followed.status_commits(), {**followed.ids("more"), **followed.ids("other")}
    assert len(commits) <= 2 + (time.monotonic() - begun) / BETWEEN, commits

    followed.stack("web", {"api": sleeping(environment={"A": "2"})})
    followed.commit()
    followed.wait_until(
        lambda: followed.status("web").applied not in {"", first.applied}, "the change is verified"
    )

    assert {**followed.ids("more"), **followed.ids("other")} == others
    followed.wait_published("web")
    fresh = followed.status_commits()[: -len(commits)]
    assert all(one.startswith("Stack/web ") for one in fresh), fresh


def _stacks(home: GitHome) -> list[str]:
    return [name for name in home.published_names() if name.count("/") == 1]
