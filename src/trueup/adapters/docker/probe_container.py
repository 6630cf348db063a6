"""Ask a service from within its own network, through a throw-away container.

The container has no rights, no disk and little memory; it ends by itself, and is removed
even where it did not. Needs an image with busybox's sh, cat, sleep, timeout and nc.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from trueup.adapters import process
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.model.errors import TrueupError

# What is asked arrives on its input, so no text of a spec is ever a part of this script. The
# input stays open until the answer is there: many servers take its end for a hang-up.
ASK = '{ cat; exec sleep "$1"; } | { timeout "$1" nc "$2" "$3"; kill -9 -1; }'
LOCKED = (
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only"),
    *("--user", "65534:65534", "--memory", "64m", "--pids-limit", "32"),
    *("--log-driver", "none", "--label", "trueup.probe=true", "--pull", "never"),
)
START = 20.0  # seconds that the engine may take to start and remove it
FETCH = 120.0
LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProbeContainer:
    """Runs nc next to a container. `network` is `container:ID` or `host`."""

    cli: DockerCli
    image: str
    seconds: float

    def ask(self, network: str, address: str, port: int, request: bytes) -> bytes:
        """Return what is answered to a request; empty where nobody answers."""
        wait = f"{self.seconds:g}"
        argv = ["sh", "-c", ASK, "probe", wait, address, str(port)]
        return self._run(network, argv, request).out

    def accepts(self, network: str, address: str, port: int) -> bool:
        """Return whether a connection is accepted."""
        argv = ["nc", "-w", f"{self.seconds:.0f}", address, str(port), "-e", "true"]
        return self._run(network, argv).code == 0

    def fetch(self) -> None:
        """Get the image, once it is known to be missing."""
        process.run(
            ["docker", "pull", "--", self.image], timeout=FETCH, env=self.cli.environment()
        )

    def _run(self, network: str, argv: Sequence[str], request: bytes = b"") -> process.Finished:
        name = f"trueup-probe-{secrets.token_hex(6)}"
        options = ["--rm", "--interactive", "--name", name, "--network", network, *LOCKED]
        command = ["docker", "run", *options, "--", self.image, *argv]
        try:
            return process.run(
                command,
                timeout=self.seconds + START,
                env=self.cli.environment(),
                input=request,
                limit=LARGEST,
            )
        except TrueupError:
            with suppress(TrueupError):
                self.cli.docker(["rm", "--force", "--", name])
            raise
