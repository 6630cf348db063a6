"""A Docker engine of the test's own, in namespaces of its own, that may be killed.

It shares nothing with the machine's engine but the programs: own network, mounts, host name
and process ids; own data, sockets and control groups. Its containers cannot be reached from
here, and nothing in there can reach out. When the context ends nothing of it is left.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

from tests.e2e.services import IMAGE

STARTS = 40.0
ENDS = 20.0
NAMESPACES = ("--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child")
SETTLE = "mkdir -p /run/containerd; mount -t tmpfs tmpfs /run/containerd; ip link set lo up"
# A containerd of the machine's would be picked up otherwise. The first process only reaps.
FIRST = f'hostname "$0"; {SETTLE}; exec "$1" -- sleep 100000'
CONTROL = Path("/sys/fs/cgroup")


class OwnEngine:
    """One dockerd that can be killed, stopped, cut off from power, and started again.

    `data` is where it keeps images and containers; below `folder` where none is given.
    """

    def __init__(self, folder: Path, name: str, *options: str, data: Path | None = None) -> None:
        self.folder, self.name, self.options = folder, name, options
        self.data = data or folder / "data"
        self.socket = folder / "docker.sock"
        self._first: subprocess.Popen[bytes] | None = None
        self._dockerd: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What DOCKER_HOST has to be."""
        return f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        """The process id of dockerd, as this machine counts."""
        assert self._dockerd is not None, "the engine was not started"
        children = Path(f"/proc/{self._dockerd.pid}/task/{self._dockerd.pid}/children")
        return int(children.read_text().split()[0])

    @property
    def answers(self) -> bool:
        """Whether the engine answers."""
        return self._docker("version", check=False) == 0

    def start(self) -> None:
        """Start what is not running, and wait for an answer."""
        if self._first is None:
            self._turn_on()
        if self._dockerd is None:
            self._start_dockerd()
        until = time.monotonic() + STARTS
        while not self.answers:
            assert self._dockerd is not None
            assert self._dockerd.poll() is None, f"dockerd ended:\n{self.tail()}"
            assert time.monotonic() < until, f"dockerd does not answer:\n{self.tail()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End dockerd at once (SIGKILL). Its containers run on."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._dockerd is not None
        self._dockerd.wait(ENDS)
        self._dockerd = None

    def freeze(self) -> None:
        """Have dockerd do nothing, not even answer."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Have dockerd go on."""
        assert self._dockerd is not None
        for pid in (self._dockerd.pid, self.pid):  # nsenter stops with what it has started
            os.kill(pid, signal.SIGCONT)

    def cut_power(self) -> None:
        """End everything in there at once: dockerd, containerd and all containers."""
        for one in (self._first, self._dockerd):
            if one is not None:
                one.kill()
                one.wait(ENDS)
        self._first = self._dockerd = None
        # As a reboot empties /run: process ids written there mean others from now on.
        shutil.rmtree(self.folder / "exec", ignore_errors=True)
        for file in (self.socket, self.folder / "docker.pid"):
            file.unlink(missing_ok=True)

    def load(self, image: str) -> None:
        """Copy an image from the machine's own engine."""
        kept = self.folder / "image.tar"
        subprocess.run(["docker", "save", "-o", kept, image], check=True, timeout=60)  # noqa: S607
        self._docker("load", "--quiet", "--input", str(kept))
        kept.unlink()

    def tail(self) -> str:
        """Return the last lines of dockerd's log."""
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-15:])

    def close(self) -> None:
        """End it, and remove everything that it ever made."""
        self.cut_power()
        until = time.monotonic() + ENDS
        while _left(self.name) and time.monotonic() < until:
            time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _turn_on(self) -> None:
        first = ["unshare", *NAMESPACES, "--mount-proc", "sh", "-c", FIRST, self.name]
        with (self.folder / "log").open("ab") as log:
            self._first = subprocess.Popen(
                [*first, _program("docker-init")], stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + ENDS
        while not self._settled():
            assert time.monotonic() < until, f"no namespaces:\n{self.tail()}"
            time.sleep(0.01)

    def _settled(self) -> bool:
        """Whether the first process has come to its end, which is to reap."""
        with suppress(OSError):
            return (
                b"docker-init" in Path(f"/proc/{self._inner}/cmdline").read_bytes().split(b" ")[0]
            )
        return False

    @property
    def network(self) -> Path:
        """Its network namespace: nobody outside it reaches the engine, nor it them."""
        return Path(f"/proc/{self._inner}/ns/net")

    @property
    def _inner(self) -> int:
        assert self._first is not None
        children = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children")
        return int((children.read_text().split() or ["0"])[0])

    def _start_dockerd(self) -> None:
        place = self.folder
        (place / "daemon.json").write_text("{}")
        paths = {
            "data-root": self.data,
            "exec-root": place / "exec",
            "pidfile": place / "docker.pid",
            "config-file": place / "daemon.json",
        }
        said = [f"--{name}={path}" for name, path in paths.items()]
        said += [f"--host={self.address}", f"--cgroup-parent=/{self.name}", *self.options]
        enter = [
            "nsenter",
            f"--target={self._inner}",
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
        ]
        with (place / "log").open("ab") as log:
            self._dockerd = subprocess.Popen(
                [*enter, _program("dockerd"), *said],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _docker(self, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(
            ["docker", "--host", self.address, *arguments],  # noqa: S607
            capture_output=True,
            timeout=60,
            check=False,
        )
        said = done.stderr.decode(errors="replace")
        assert not check or done.returncode == 0, f"docker {arguments}: {said}"
        return done.returncode


@contextmanager
def own_engine(*options: str, data: Path | None = None) -> Iterator[OwnEngine]:
    """Yield an engine with the test image; skip where this machine cannot have one."""
    _skip_where_impossible()
    # Not the test's own folder: the path of a socket must be short.
    folder = Path(tempfile.mkdtemp(prefix="tue-"))
    with OwnEngine(folder, f"{folder.name}", *options, data=data) as engine:
        engine.load(IMAGE)
        yield engine


def _skip_where_impossible() -> None:
    if os.geteuid() != 0:
        pytest.skip("an engine of the test's own needs root")
    if missing := [one for one in ("dockerd", "docker-init", "unshare") if not shutil.which(one)]:
        pytest.skip(f"an engine of the test's own needs {', '.join(missing)}")
    tried = subprocess.run(
        ["unshare", *NAMESPACES, "--mount-proc", "true"],  # noqa: S607
        capture_output=True,
        timeout=20,
        check=False,
    )
    if tried.returncode != 0:
        pytest.skip(f"no namespaces here: {tried.stderr.decode(errors='replace').strip()}")


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed"
    return found


def _left(name: str) -> bool:
    """Remove the control groups of an engine; return whether some could not go yet."""
    left = False
    for top in {*CONTROL.glob(name), *CONTROL.glob(f"*/{name}")}:
        for group in [*sorted((p for p in top.rglob("*") if p.is_dir()), reverse=True), top]:
            try:
                group.rmdir()
            except OSError:
                left = True
    return left
