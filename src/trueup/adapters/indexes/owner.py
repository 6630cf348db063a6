"""Whose throw-away containers are: a label that says which process made one, and the sweep by it.

Only containers of a process that is known to be gone are removed. One of another machine, or
of a container of ours, cannot be told from here; those end by themselves.
"""

import os
from contextlib import suppress
from pathlib import Path

from trueup.adapters.docker.docker_cli import DockerCli

LABEL = "trueup.index"
FORMAT = f'{{{{.ID}}}} {{{{.Label "{LABEL}"}}}}'
SPACE = Path("/proc/self/ns/pid")


def owner(pid: int = 0) -> str:
    """Return what tells this process, or one of this machine, from all others."""
    space = ""
    with suppress(OSError):
        space = str(SPACE.stat().st_ino)
    return f"{space}.{pid or os.getpid()}"


def sweep(cli: DockerCli) -> int:
    """Remove the containers of processes that are gone; return how many those were.

    Raises:
        TrueupError: the engine does not answer.
    """
    listed = cli.docker(["ps", "--all", "--filter", f"label={LABEL}", "--format", FORMAT])
    found = [line.partition(" ") for line in listed.splitlines()]
    left = [name for name, _, whose in found if _gone(whose)]
    if left:
        cli.docker(["rm", "--force", "--volumes", "--", *left])
    return len(left)


def _gone(whose: str) -> bool:
    space, _, pid = whose.partition(".")
    if not pid.isdigit() or not space or whose != owner(int(pid)):
        return False
    return not Path(f"/proc/{pid}").exists()
