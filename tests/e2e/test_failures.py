"""What fails before anything was touched leaves what runs as it was, and says why."""

import pytest

from tests.e2e.scenario import Home, free_port
from tests.e2e.services import Service, serving

pytestmark = pytest.mark.engine

UNREACHABLE = "127.0.0.1:1/nobody/nothing:1"


BROKEN = "FROM busybox:stable\nRUN echo cannot build this && false\n"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"image": UNREACHABLE}, "pull failed"),
        ({"build": {"context": ".", "dockerfile_inline": BROKEN}}, "build failed"),
    ],
    ids=["pull", "build"],
)
def test_a_failed_fetch_of_an_image_leaves_the_old_one_answering(
    home: Home, broken: Service, said: str
) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port)}, stable="300ms", retry={"backoff": "1h"})
    assert home.once() == 0
    before, good = home.ids("web"), home.status("web").applied

    new = serving("two", port)
    new.pop("image")
    home.compose("web", {"api": {**new, **broken}})
    with home.probe(port) as probe:
        assert home.once() == 2

    assert probe.failures == []
    assert set(probe.answers) == {"one"}
    assert home.ids("web") == before
    status = home.status("web")
    assert (status.sync, status.ready, status.applied) == ("OutOfSync", "False", good)
    assert said in status.message
    assert "tried again at 20" in status.message
    assert status.condition("Reconciling")["reason"] == "ProgressingWithRetry"
    assert status.results == ["Failed", "Applied"]
    assert home.artifact("web", "build.log")
    assert home.artifact("web", "rollback.log") == ""


def test_a_failed_build_is_tried_again_and_then_left_alone_until_it_changes(home: Home) -> None:
    port = free_port()
    retry = {"limit": 1, "backoff": "500ms"}
    home.stack("web", {"api": serving("one", port)}, stable="300ms", retry=retry)
    assert home.once() == 0
    before = home.ids("web")

    broken = serving("two", port, build={"context": ".", "dockerfile_inline": BROKEN})
    broken.pop("image")
    home.compose("web", {"api": broken})
    home.start()
    home.wait_until(lambda: home.status("web").quarantined, "the limit")

    status = home.status("web")
    assert home.ids("web") == before
    assert home.answer(port) == "one"
    assert status.body.get("nextAt", "") == ""
    assert "cannot build this" in home.artifact("web", "build.log")
