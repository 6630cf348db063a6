"""What the failures of docker and compose mean."""

import pytest

from trueup.adapters.docker.docker_cli import DockerCli, failure
from trueup.adapters.docker.endpoint import Endpoint
from trueup.model.errors import ToolError, TransientError

BUILD = ["/usr/lib/docker-compose", "-p", "web", "build", "--", "api"]
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


ENDED = 'failed to solve: process "/bin/sh -c %s" did not complete successfully: exit code: %d'


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (1, "#5 0.224 dd: error writing '/big': No space left on device\n#5 0.3 20+0 records in"),
        (2, "#5 1.0 tar: x: Cannot write: No space left on device\n" + "#5 1.1 x\n" * 1000),
        (100, "#7 3.1 E: You don't have enough free space in /var/cache/apt/archives/."),
        (1, "#7 9.0 c++: fatal error: Killed signal terminated program cc1plus"),
        (1, "#7 9.0 fork: Cannot allocate memory"),
        (137, "#7 9.0 virtual memory exhausted: Cannot allocate memory"),
    ],
)
def test_what_runs_out_for_a_command_of_a_build_is_waited_for(code: int, printed: str) -> None:
    error = failure(BUILD, ENDED % ("make", code), printed)

    assert isinstance(error, TransientError)
    assert "It is tried again." in error.fix


def test_a_build_that_was_killed_without_a_word_is_not_waited_for_for_ever() -> None:
    error = failure(BUILD, ENDED % ("make", 137), "#7 9.0 Killed")

    assert isinstance(error, ToolError)
    assert "short of memory" in error.fix


@pytest.mark.parametrize("command", ["echo no space left on device", "true || exit code: 137"])
def test_the_text_of_a_command_does_not_say_that_something_has_run_out(command: str) -> None:
    printed = (
        f"#5 [2/2] RUN {command}; exit 3\n#5 ERROR: {ENDED % (command, 3)}\n"
        f"------\n > [2/2] RUN {command}:\n------\n   2 | >>> RUN {command}\n"
    )

    error = failure(BUILD, ENDED % (command, 3), printed)

    assert isinstance(error, ToolError)


def test_a_command_that_writes_where_it_may_not_is_not_waited_for() -> None:
    error = failure(BUILD, ENDED % ("touch /x", 1), "#5 0.2 touch: /x: Read-only file system")

    assert isinstance(error, ToolError)


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
