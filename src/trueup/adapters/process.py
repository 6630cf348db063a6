"""Start programs, and end all that they started.

One deadline, one session, one bounded capture for every program that Trueup runs. Knows
nothing of what the programs are for: what an exit code means is the caller's business.
"""

import os
import re
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import IO, Self

from trueup.adapters.session import kill, members, send
from trueup.adapters.tail import Tail
from trueup.model.errors import SupersededError, ToolError
from trueup.model.redaction import mask_bytes
from trueup.model.shortage import refuse_shortage

LIMIT = 8 * 1024 * 1024
TICK = 0.1  # how often `superseded` is asked, in seconds
GRACE = 5.0  # between SIGTERM and SIGKILL
DRAIN = 0.5  # for what a program left in its pipe when it ended
CHUNK = 1 << 16

ALLOWED = re.compile(
    r"PATH|HOME|USER|LANG|LC_ALL|TMPDIR|XDG_RUNTIME_DIR|SSH_AUTH_SOCK"
    r"|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO"
    r"|NIX_SSL_CERT_FILE|(http|https|no)_proxy|(HTTP|HTTPS|NO)_PROXY"
    r"|DOCKER_(HOST|CONTEXT|CONFIG|TLS_VERIFY|CERT_PATH)|BUILDX_\w+|TRUEUP_OWNER"
)
REMEDIES = {
    "git": "Install git, for example with: apt-get install git",
    "docker": "Install the Docker CLI with its compose and buildx plugins; deploy/setup does it.",
}


class DeadlineError(ToolError):
    """A program was ended because it took too long."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: its exit code (negative: the signal) and the tails of its output."""

    code: int
    out: bytes
    err: bytes


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that a program may have: a few variables of ours, and `extra`."""
    kept = {name: value for name, value in os.environ.items() if ALLOWED.fullmatch(name)}
    return kept | dict(extra or {})


def run(  # noqa: PLR0913 - the one place where a process is described
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    input: bytes = b"",  # noqa: A002 - the word of subprocess.run
    log: Callable[[str], None] | None = None,
    sink: Callable[[bytes], object] | None = None,
    superseded: Callable[[], bool] | None = None,
    limit: int = LIMIT,
    grace: float = GRACE,
    memory: int = 0,
) -> Finished:
    """Run a program to its end.

    Args:
        argv: the program and its arguments; no shell ever sees them.
        timeout: seconds until the program and all that it started are ended.
        env: the complete environment; `environment()` where it is None.
        cwd: the directory to run it in.
        input: what it reads.
        log: takes each line of both outputs as it comes.
        sink: takes the standard output as it comes, instead of keeping it.
        superseded: ends the program as soon as this says True.
        limit: how many bytes of each output are kept; the tail is what is kept.
        memory: how many bytes the program may use; 0 for as many as there are.
        grace: seconds between asking the program to end and killing it.

    Raises:
        ToolError: the program cannot be started.
        DeadlineError: it did not end in time. A ToolError as well.
        SupersededError: `superseded` said True.
    """
    deadline = time.monotonic() + timeout
    child = _start(argv, environment() if env is None else env, cwd, bool(input))
    if memory:
        with suppress(OSError):  # it has ended already
            resource.prlimit(child.pid, resource.RLIMIT_DATA, (memory, memory))
    with _Talk(child, input, Tail(limit, log, sink), Tail(limit, log), grace) as talk:
        while not talk.over():
            if superseded is not None and superseded():
                raise SupersededError(
                    f"{_title(argv)} was ended", "something newer is wanted, or Trueup ends"
                )
            if time.monotonic() >= deadline:
                raise _late(argv, timeout)
            talk.listen(min(TICK, max(0.0, deadline - time.monotonic())))
        talk.drain()
    # What it says on the second output is for people; the first may be data.
    return Finished(child.returncode, bytes(talk.out.kept), mask_bytes(bytes(talk.err.kept)))


@dataclass(slots=True)
class _Talk:
    """One conversation with a running program, in one thread.

    Leaving the context ends whatever is left of the program's session.
    """

    child: "subprocess.Popen[bytes]"
    input: bytes
    out: Tail
    err: Tail
    grace: float
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    pidfd: int = -1

    def __enter__(self) -> Self:
        for stream, tail in ((self.child.stdout, self.out), (self.child.stderr, self.err)):
            self._join(stream, selectors.EVENT_READ, tail)
        self._join(self.child.stdin, selectors.EVENT_WRITE, None)
        if hasattr(os, "pidfd_open"):
            self.pidfd = os.pidfd_open(self.child.pid)
            self.selector.register(self.pidfd, selectors.EVENT_READ)
        return self

    def __exit__(self, *_exc: object) -> None:
        try:
            if not (self.over() and not self._open()):
                self._end()
        finally:
            self._close()

    def over(self) -> bool:
        """Say whether the program has ended. It is not reaped, so its id stays ours."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.child.pid, flags) is not None

    def listen(self, seconds: float) -> None:
        """Pass bytes to and fro until something happens or the time is up."""
        for key, _ in self.selector.select(seconds):
            if isinstance(key.data, Tail):
                self._read(key.fd, key.data)
            elif key.fd != self.pidfd:
                self._write(key.fd)

    def drain(self) -> None:
        """Take what is left in the pipes; someone else may hold them open for ever."""
        self._listen_until(lambda: not self._open(), DRAIN)
        self.out.close()
        self.err.close()

    def _listen_until(self, done: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        if self.pidfd >= 0 and self.pidfd in self.selector.get_map() and self.over():
            self.selector.unregister(self.pidfd)  # it is readable for ever from now on
        while not done() and time.monotonic() < until:
            self.listen(0.02)

    def _join(self, stream: IO[bytes] | None, event: int, tail: Tail | None) -> None:
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream.fileno(), event, tail)

    def _open(self) -> bool:
        return any(isinstance(key.data, Tail) for key in self.selector.get_map().values())

    def _read(self, fd: int, tail: Tail) -> None:
        with suppress(BlockingIOError):
            if data := os.read(fd, CHUNK):
                tail.add(data)
            else:
                self.selector.unregister(fd)

    def _write(self, fd: int) -> None:
        try:
            self.input = self.input[os.write(fd, self.input[:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.input = b""
        if not self.input and self.child.stdin is not None:
            self.selector.unregister(fd)
            self.child.stdin.close()

    def _end(self) -> None:
        session = self.child.pid
        send(session, signal.SIGTERM)
        try:
            self._listen_until(lambda: self.over() and not any(members(session)), self.grace)
        finally:  # a log that raises must not keep us from this
            kill(session)

    def _close(self) -> None:
        self.selector.close()
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            if stream is not None:
                stream.close()
        if self.pidfd >= 0:
            os.close(self.pidfd)
        self.child.wait()


def _start(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str | os.PathLike[str] | None,
    has_input: bool,  # noqa: FBT001 - private
) -> "subprocess.Popen[bytes]":
    stdin = subprocess.PIPE if has_input else subprocess.DEVNULL
    out = subprocess.PIPE
    try:
        return subprocess.Popen(
            argv, stdin=stdin, stdout=out, stderr=out, env=env, cwd=cwd, start_new_session=True
        )
    except OSError as error:
        refuse_shortage(error, f"{argv[0]} could not be started")
        raise _missing(argv[0], cwd, error) from error


def _missing(program: str, cwd: str | os.PathLike[str] | None, error: OSError) -> ToolError:
    if cwd is not None and not Path(cwd).is_dir():
        return ToolError(f"{program} could not be started", f"{cwd} is not a directory")
    remedy = REMEDIES.get(Path(program).name, "Install it, or put its directory in PATH.")
    return ToolError(f"{program} could not be started", error.strerror or str(error), remedy)


def _late(argv: Sequence[str], timeout: float) -> DeadlineError:
    what = f"{_title(argv)} did not finish within {timeout:g}s and was ended"
    return DeadlineError(what, fix="Look at what it waits for, or raise the timeout.")


def _title(argv: Sequence[str]) -> str:
    # Only the leading words: an argument further on may be long, or confidential.
    words = takewhile(lambda word: not word.startswith("-"), argv[1:2])
    return " ".join([Path(argv[0]).name, *words])
