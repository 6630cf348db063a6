"""The main job: from documents to verified containers, and then quiet."""

import pytest

from tests.e2e.scenario import Home, free_port
from tests.e2e.services import serving, sleeping

pytestmark = pytest.mark.engine


def test_a_new_document_becomes_healthy_containers_and_a_status(home: Home) -> None:
    port = free_port()
    home.stack("web", {"api": serving("hello", port), "worker": sleeping()})

    assert home.once() == 0

    assert home.answer(port) == "hello"
    api = home.container("web", "api")
    assert api["State"]["Health"]["Status"] == "healthy"
    assert sorted(home.ids("web")) == [
        f"{home.project('web')}-api-1",
        f"{home.project('web')}-worker-1",
    ]
    status = home.status("web")
    assert (status.sync, status.health, status.ready) == ("Synced", "Healthy", "True")
    assert status.summary.startswith("Stack/web Synced Healthy - Verified")
    assert status.applied
    assert status.applied == status.body["observedDigest"]
    assert status.body["applied"]["verifiedAt"]
    assert status.body["applied"]["parts"]["api"]["imageId"] == api["Image"]
    assert status.results == ["Applied"]
    assert "restart  api -> busybox:stable" in home.artifact("web", "plan.txt")
    assert "verified: " in home.artifact("web", "verify.log")
