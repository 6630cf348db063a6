"""The way back needs neither the source nor a registry, and no prune takes it."""

from pathlib import Path

import pytest

from tests.e2e.scenario import Home, free_port, home_in
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine

PAGE = "FROM busybox:stable\nRUN mkdir /www\nCOPY index.html /www/\n"
SERVE = ["httpd", "-f", "-p", "80", "-h", "/www"]


def test_a_prune_between_deploy_and_rollback_does_not_take_the_way_back(home: Home) -> None:
    """The tag of the image moves on, so that only our own tag keeps the old one."""
    port, image = free_port(), f"{home.prefix}/page:1"
    build(home, image, "one")
    api = sleeping(image=image, command=SERVE, ports=[f"127.0.0.1:{port}:80"])
    told = {"api": {"verify": [{"http": {"url": "http://api/", "body": "one"}}]}}
    home.stack("web", {"api": api}, timeout="8s", stable="300ms", services=told)
    home.start()
    good = home.wait_ready("web").applied
    first = home.container("web", "api")["Image"]

    build(home, image, "two")
    home.compose("web", {"api": {**api, "labels": {"try": "two"}}})
    home.wait_until(lambda: home.answer(port) == "two", "the second release answers")
    home.engine.cli("image", "prune", "--force")
    mine = f"label=test={home.prefix}"  # all that is unused, but nothing of other tests
    home.engine.cli("image", "prune", "--all", "--force", "--filter", mine)
    status = home.wait_reason("web", "RolledBack")

    assert home.answer(port) == "one"
    assert home.container("web", "api")["Image"] == first
    assert status.applied == good


def test_rollback_works_although_the_source_is_gone_in_the_meantime(home: Home) -> None:
    port = free_port()
    page = home.write(home.place("web") / "www" / "index.html", "one\n")
    mounted = sleeping(command=SERVE, volumes=["./www:/www:ro"], ports=[f"127.0.0.1:{port}:80"])
    told = {"api": {"verify": [{"http": {"url": "http://api/", "body": "one"}}]}}
    home.stack("web", {"api": mounted}, timeout="8s", stable="300ms", services=told)
    home.start()
    home.wait_ready("web")

    home.replace(page, "two\n")
    home.wait_until(lambda: home.answer(port) == "two", "the second release answers")
    home.specs.rename(home.folder / "elsewhere")
    home.wait_until(lambda: home.answer(port) == "one", "the first release is back")
    home.wait_until(lambda: "RolledBack" in home.status("web").results, "it is on record")

    (home.folder / "elsewhere").rename(home.specs)
    home.replace(page, "one more\n")
    home.wait_until(lambda: home.answer(port) == "one more", "a new edit goes through")
    home.wait_until(lambda: home.status("web").ready == "True", "it is verified")


def test_what_one_site_holds_for_its_way_back_is_not_let_go_by_another(
    home: Home, tmp_path: Path
) -> None:
    """Two sites on one engine, each with a stack of the same name."""
    with home_in(tmp_path / "neighbour", lambda: False) as neighbour:
        for one in (home, neighbour):
            build(one, f"{one.prefix}/page:1", "one")
            build(one, f"{one.prefix}/page:2", "two")
            api = sleeping(image=f"{one.prefix}/page:1")
            one.stack("web", {"api": api}, stable="300ms", timeout="12s")
            assert one.once() == 0
        first = home.container("web", "api")["Image"]

        sick = sleeping(image=f"{home.prefix}/page:2", healthcheck={"test": ["CMD", "false"]})
        home.compose("web", {"api": sick})
        home.start()
        home.wait_until(lambda: held(home, first), "the old image is held")
        neighbour.compose("web", {"api": sleeping(image=f"{neighbour.prefix}/page:2")})
        assert neighbour.once() == 0

        assert held(home, first)
        home.wait_reason("web", "RolledBack")
        assert home.container("web", "api")["Image"] == first
        home.wait_until(lambda: not held(home, first), "nothing is held any more")


def held(home: Home, image: str) -> bool:
    """Whether a container that never starts keeps an image in use."""
    found = home.engine.api.containers(all=True, filters={"label": "trueup.hold"})
    return any(one["ImageID"] == image for one in found)


def build(home: Home, image: str, text: str) -> None:
    context = home.folder / "build"
    home.write(context / "Dockerfile", PAGE)
    home.write(context / "index.html", f"{text}\n")
    label = f"--label=test={home.prefix}"
    home.engine.cli("build", "--quiet", label, "--tag", image, str(context))
