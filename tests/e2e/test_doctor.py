"""`trueup doctor` on a real engine: what of it is ours, and that looking leaves no trace."""

import json
import time

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine


def test_it_says_what_could_be_destroyed_and_touches_nothing(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms", services={"api": {"protected": True}})
    assert home.once() == 0
    before = time.time()

    said = home.trueup.run("doctor", "-o", "json")
    power = json.loads(said.stdout)["power"]
    project = home.project("web")
    assert power["sources"] == {"apps": {"Stack/web": [f"{project}-api-1"]}}
    assert power["shields"] == {"Stack/web": "api only with an approval"}
    assert "more than 50% of its stacks at once" in power["guards"]["apps"]
    assert power["networks"] == [f"{project}_default"]
    assert [tag.rpartition(":")[0] for tag in power["images"]] == [f"trueup/{project}/api"]
    assert home.engine.mutations(before) == []

    text = home.trueup.run("doctor").stdout
    assert "Volumes are never removed" in text
    assert "without source apps: 1 stacks with 1 containers" in text
    assert "ok   engine: Docker " in text
    assert "address pools: room for" in text
