"""A throw-away container of a base image, to ask the distribution inside it.

It has few rights, and ends by itself even where nobody is left to remove it. Does not know
what is asked.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli, failure
from trueup.adapters.indexes.owner import LABEL, owner
from trueup.model.errors import TrueupError

SECONDS = 300
START = 180.0  # the image may have to be pulled first
QUICK = 30.0
# What package managers need to write their own folders.
RIGHTS = ("CHOWN", "DAC_OVERRIDE", "FOWNER")
LIMITS = (
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "0:0"),
    *("--memory", "1g", "--pids-limit", "128", "--log-driver", "none"),
    *("--label", "trueup.probe=true", "--init"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """One that runs."""

    cli: DockerCli
    name: str

    def ask(
        self,
        argv: Sequence[str],
        *,
        timeout: float = QUICK,
        sink: Callable[[bytes], object] | None = None,
    ) -> str:
        """Run a program in it; return what it printed, unless that goes to `sink`.

        Raises:
            TransientError: the network failed.
            ToolError: the program failed.
        """
        done = self.try_to(argv, timeout=timeout, sink=sink)
        out = done.out.decode(errors="replace")
        if done.code:
            raise failure(argv, done.err.decode(errors="replace"), out)
        return out

    def try_to(
        self,
        argv: Sequence[str],
        *,
        timeout: float = QUICK,
        sink: Callable[[bytes], object] | None = None,
    ) -> process.Finished:
        """Run a program in it, and say how that ended."""
        command = ["docker", "exec", "--", self.name, *argv]
        return process.run(command, timeout=timeout, env=self.cli.environment(), sink=sink)


@contextmanager
def running(cli: DockerCli, image: str, network: str = "") -> Iterator[Container]:
    """Yield a container of an image that does nothing; it is gone afterwards.

    Raises:
        TransientError: the image cannot be had now.
        ToolError: there is no such image, or it cannot be run.
    """
    name = f"trueup-index-{secrets.token_hex(6)}"
    options = ["--detach", "--rm", "--name", name, *LIMITS]
    options += ["--label", f"{LABEL}={owner()}"]
    options += [word for right in RIGHTS for word in ("--cap-add", right)]
    options += ["--network", network] if network else []
    argv = ["docker", "run", *options, "--entrypoint", "sleep", "--", image, str(SECONDS)]
    try:
        done = process.run(argv, timeout=START, env=cli.environment())
        if done.code:
            raise failure(argv[:2], done.err.decode(errors="replace"))
        yield Container(cli, name)
    finally:
        with suppress(TrueupError):
            cli.docker(["rm", "--force", "--volumes", "--", name])
