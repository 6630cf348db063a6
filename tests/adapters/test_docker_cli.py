"""What the failures of docker and compose mean."""

import pytest

from trueup.adapters.docker.docker_cli import DockerCli, failure
from trueup.adapters.docker.endpoint import Endpoint
from trueup.model.errors import ToolError, TransientError

PULL = ["docker", "pull", "--", "web:1"]


@pytest.mark.parametrize(
    "said",
    [
        'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
        "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
        "net/http: request canceled while waiting for connection (Client.Timeout exceeded)",
        "toomanyrequests: You have reached your pull rate limit",
        "dial tcp: lookup registry.example.org: no such host",
        "Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?",
        "failed to solve: alpine: failed to do request: dial tcp: i/o timeout",
        "write /var/lib/docker/tmp/GetImageBlob1: no space left on device",
        'process "tar" did not complete successfully: write error: No space left on device',
        "Error response from daemon: accept4: too many open files",
    ],
)
def test_what_may_pass_is_waited_for(said: str) -> None:
    assert isinstance(failure(PULL, said), TransientError)


@pytest.mark.parametrize(
    "said",
    [
        "Error response from daemon: manifest for web:1 not found: manifest unknown",
        "pull access denied for web, repository does not exist or may require 'docker login'",
        'failed to solve: process "echo timeout 503" did not complete successfully: exit code: 1',
        "",
    ],
)
def test_what_will_not_pass_is_reported(said: str) -> None:
    error = failure(PULL, said)

    assert isinstance(error, ToolError)


def test_the_message_is_the_tool_s_last_words_in_one_line() -> None:
    said = (
        'time="2026-01-01T00:00:00Z" level=warning msg="The X variable is not set."\n'
        " Container web-1  Creating\n"
        "Error response from daemon: Conflict.\n"
        "You have to remove it.\n"
    )

    error = failure(["/usr/lib/docker-compose", "-p", "web", "--ansi", "never", "up"], said)

    assert str(error) == (
        "docker-compose up failed: Error response from daemon: Conflict.; You have to remove it."
    )


@pytest.mark.engine
def test_the_version_of_compose_is_asked_once() -> None:
    cli = DockerCli(Endpoint("unix:///var/run/docker.sock"))

    assert cli.compose_version()[0].isdigit()
    assert cli.compose_version() is cli.compose_version()
