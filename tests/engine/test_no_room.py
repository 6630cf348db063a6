"""A host without address ranges for one more network: what waits goes on by itself."""

from tests.engine.scene import Scene
from trueup.adapters.docker.docker_cli import failure

EXHAUSTED = "could not find an available, non-overlapping IPv4 address pool among the defaults"


def test_nothing_is_begun_until_a_range_is_free() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.host.ranges = 0
    assert scene.look() == 10
    assert scene.ready() == "NoAddressRange!"
    assert "no address range is left for network web_default" in scene.message()
    assert scene.host.changes == []
    scene.host.ranges = 1
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}


def test_a_deploy_that_another_one_took_the_last_range_from_is_tried_again() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.host.failures["up"] = [failure(["docker", "compose", "up"], EXHAUSTED)]
    scene.look()
    assert scene.status().quarantine is None
    assert "no address range is left" in scene.status().history[0].message
    scene.clock.wait(10)
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.results[-1] == "Applied"
