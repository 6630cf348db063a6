"""Run the docker CLI and its compose plugin, and say what their failures mean.

Knows where the programs are, which engine they are for, and which of their messages call
for patience. Knows nothing of projects, services and releases.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from trueup.adapters import process
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.run_out import killed_in_build, run_out_in_build
from trueup.adapters.docker.versions import Versions
from trueup.model.errors import EndedError, ToolError, TransientError, TrueupError
from trueup.model.ports import Task
from trueup.model.shortage import run_out

SYSTEM = tuple(
    Path(root) / "docker" / "cli-plugins"
    for root in ("/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec")
)
PATIENCE = re.compile(
    r"connection refused|connection reset|i/o timeout|timed? ?out\b|deadline exceeded|no such host"
    r"|temporary failure|network is unreachable|no route to host|server misbehaving|unexpected EOF"
    r"|: EOF|too ?many ?requests|HTTP status: 5\d\d|\b50[0234] |service unavailable|bad gateway"
    r"|cannot connect to the docker daemon|is the docker daemon running|TLS handshake",
    re.IGNORECASE,
)
# What a user's own command printed or was: nothing can be told from its words.
OWN_FAULT = re.compile("did not complete successfully|executor failed running", re.IGNORECASE)
NOISE = re.compile(
    r'^time="[^"]*" level=warning msg=.*$|^ ?(Container|Network|Volume|Image) \S+ +\w+$|^\s*$',
    re.MULTILINE,
)
# An engine of version 28 says the second.
CROWDED = re.compile(
    r"non-overlapping IPv4 address pool|address pools have been fully subnetted", re.IGNORECASE
)
MORE_ROOM = (
    "Remove networks that nobody uses (docker network prune), give the engine more "
    "default-address-pools, or let stacks share a network; see docs/operating.md. "
    "It is tried again."
)
KILLED = (
    "Exit code 137 is SIGKILL: most often the engine's machine is short of memory, or the command "
    "needs more than there is."
)
QUICK = 30.0
ANSWER = 32 << 20  # bytes that compose may answer with
MEMORY = 1 << 30  # bytes that it may work with: variables can be made to double and double
TAIL = 12  # lines of a failed program that are kept in an error


class DockerCli:
    """The docker CLI, for one engine."""

    def __init__(self, endpoint: Endpoint, versions: Versions | None = None) -> None:
        self._endpoint = endpoint
        self._versions = versions or Versions()

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a program: few variables of ours, and `extra`."""
        return self._endpoint.environment(process.environment()) | dict(extra or {})

    def docker(self, argv: Sequence[str], task: Task | None = None) -> str:
        """Run the docker CLI; return what it printed.

        Raises:
            TransientError: a registry, the network or the engine failed.
            ToolError: anything else failed.
        """
        command = ["docker", *argv]
        return _answer(command, self._run(command, task, self.environment()))

    def compose(
        self, argv: Sequence[str], task: Task | None, env: Mapping[str, str] | None = None
    ) -> str:
        """Run compose; errors are those of `docker`."""
        command = [*self.compose_program(), *argv]
        return _answer(command, self._run(command, task, self.environment(env)))

    def ask_compose(
        self, argv: Sequence[str], cwd: str, env: Mapping[str, str], stdin: str = ""
    ) -> process.Finished:
        """Run compose for an answer, in exactly this environment.

        What its failure means is the caller's business.
        """
        return process.run(
            [*self.compose_program(), *argv],
            timeout=QUICK,
            env=env,
            cwd=cwd,
            limit=ANSWER,
            memory=MEMORY,
            input=stdin.encode(),
        )

    def _run(
        self, argv: Sequence[str], task: Task | None, env: Mapping[str, str]
    ) -> process.Finished:
        return process.run(
            argv,
            timeout=task.timeout if task else QUICK,
            log=task.log if task else None,
            superseded=task.superseded if task else None,
            env=env,
        )

    def compose_program(self) -> tuple[str, ...]:
        """Return how compose is called: its plugin itself costs half of `docker compose`."""
        for directory in _plugin_directories(process.environment()):
            program = directory / "docker-compose"
            if os.access(program, os.X_OK) and program.is_file():
                return (str(program),)
        return ("docker", "compose")

    def compose_version(self) -> str:
        """Return the version of compose; starts it once for each binary."""
        return self._versions.of(self.compose_program()[0], self._said_version)

    def _said_version(self) -> str:
        return self.compose(["version", "--short"], None).strip().removeprefix("v")


def _answer(argv: Sequence[str], done: process.Finished) -> str:
    if done.code < 0:
        why = f"somebody killed it (signal {-done.code})"
        raise EndedError(f"{' '.join(_verb(argv))} was ended", why, "It is tried again.")
    out = done.out.decode(errors="replace")
    if done.code != 0:
        raise failure(argv, done.err.decode(errors="replace"), out)
    return out


def failure(argv: Sequence[str], said: str, printed: str = "") -> TrueupError:
    """Return the error that a failed program's last words stand for.

    `said` is its error output. What commands of a build say may be in `printed`, its other one.
    """
    lines = [line.strip() for line in NOISE.sub("", said).splitlines() if line.strip()]
    why = "; ".join(lines[-TAIL:]) or "it said nothing"
    words = " ".join(_verb(argv))
    own = OWN_FAULT.search(why)
    short, told = run_out_in_build(f"{printed}\n{said}") if own else (run_out(why), "")
    if short:
        why = "; ".join(filter(None, (told, why)))
        fix = f"Look at the disk and the limits of the engine ({short}). It is tried again."
        return TransientError(f"{words} failed", why, fix)
    if CROWDED.search(why):
        return TransientError(f"{words} failed: no address range is left", why, MORE_ROOM)
    if PATIENCE.search(why) and not own:
        return TransientError(f"{words} failed", why, "It is tried again.")
    return ToolError(f"{words} failed", why, KILLED if own and killed_in_build(why) else "")


def _verb(argv: Sequence[str]) -> Iterator[str]:
    """Yield the words of a command that say what it does, without its arguments."""
    yield Path(argv[0]).name
    options = iter(argv[1:])
    for word in options:
        if not word.startswith("-"):
            yield word
            return
        if "=" not in word:
            next(options, None)


def _plugin_directories(environ: Mapping[str, str]) -> Iterator[Path]:
    default = Path(environ.get("HOME", "/")) / ".docker"
    config = Path(environ.get("DOCKER_CONFIG") or default)
    try:
        extra = json.loads((config / "config.json").read_text()).get("cliPluginsExtraDirs") or ()
    except (OSError, ValueError, AttributeError):
        extra = ()
    yield from map(Path, extra)
    yield config / "cli-plugins"
    yield from SYSTEM
