"""The versions of everything that Trueup works with. What does not answer is told as such."""

import platform
from collections.abc import Callable, Iterator

from trueup import __version__
from trueup.adapters import process
from trueup.model.errors import TrueupError

QUICK = 10.0


def versions(context: str) -> dict[str, str]:
    """Return name → version, or why it is not known. `context` is the Docker context."""
    return {"trueup": __version__, **dict(_others(context))}


def _others(context: str) -> Iterator[tuple[str, str]]:
    from trueup.adapters.docker.docker_cli import DockerCli
    from trueup.adapters.docker.endpoint import find_endpoint
    from trueup.adapters.docker.host import Host

    yield "engine", _told(lambda: Host(find_endpoint(context)).engine.engine)
    yield "compose", _told(lambda: DockerCli(find_endpoint(context)).compose_version())
    yield "git", _told(_git)
    yield "python", platform.python_version()


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except TrueupError as error:
        return f"not known: {error.text}"


def _git() -> str:
    done = process.run(["git", "--version"], timeout=QUICK, env=process.environment())
    return done.out.decode(errors="replace").strip().removeprefix("git version ")
