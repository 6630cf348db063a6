"""One bare git repository on disk: ask its remote, fetch, list and read its objects.

Decides nothing about what is checked out. Knows the three ways in which git fails: the
remote is away (TransientError), the remote refuses (ToolError), our own copy is broken
(BrokenError, which only a new copy mends).
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from trueup.adapters.git.remote import Remote
from trueup.adapters.process import DeadlineError, Finished, environment, run
from trueup.model.errors import ToolError, TransientError

ASK = 30.0  # seconds for a question to the remote
LOCAL = 120.0  # seconds for work on our own disk
HUGE = 1 << 30
GRACE = 1.0  # seconds that git has to end by itself
PACKS = 100  # more packs than this are put together
LOOSE = 27  # and more loose objects in one of their 256 folders, which are filled alike
REFUSED = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|access denied"
    r"|host key verification failed|returned error: 40[13]|fsck error|unable to find remote helper"
    r"|transport '.*' not allowed",
    re.IGNORECASE,
)
SHORT = re.compile(
    rb"no space left on device|disk quota exceeded|too many open files|cannot allocate memory"
    rb"|read-only file system|resource temporarily unavailable",
    re.IGNORECASE,
)
NOTHING: Mapping[str, str] = MappingProxyType({})
CHATTER = ("hint:", "Please make sure", "and the repository exists", "warning: redirecting")


class BrokenError(Exception):
    """The repository on disk is not what it was; only a new copy helps."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: mode 100644, 100755, 120000, or 160000 for another repository."""

    path: str
    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare clone in `directory`, filled from `remote` within `deadline` seconds."""

    directory: Path
    remote: Remote
    deadline: float = 300.0

    def ask(self, *refs: str) -> dict[str, str]:
        """Return the remote's object ids of some refs; those it lacks are left out."""
        args = ("ls-remote", "--", self.remote.url, *refs)
        done = self._far(*args, timeout=min(ASK, self.deadline), git_dir="/dev/null")
        lines = (line.split("\t") for line in done.out.decode(errors="replace").splitlines())
        return {name: oid for oid, name in lines}

    def has(self, oid: str) -> bool:
        """Say whether a commit is here. What it needs may still be missing."""
        return self._git("cat-file", "-e", f"{oid}^{{commit}}").code == 0

    def create(self, oid: str) -> None:
        """Make an empty repository whose object ids are of the same kind as `oid`."""
        kind = "sha256" if len(oid) == 64 else "sha1"  # noqa: PLR2004 - hex digits of SHA-256
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        options = ("--bare", "--quiet", "--template=", f"--object-format={kind}")
        self.must("init", *options, str(self.directory))

    def fetch(self, *refspecs: str) -> None:
        """Bring refs from the remote; what was rewritten there is rewritten here."""
        options = ("--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-auto-gc")
        args = ("fetch", *options, "--", self.remote.url, *refspecs)
        self.reach(*args)

    def reach(self, *args: str) -> None:
        """Run git where it talks to the remote.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses.
        """
        self._far(*args, timeout=self.deadline)

    def must(self, *args: str, input: bytes = b"", limit: int = HUGE) -> bytes:  # noqa: A002
        """Return the output of git at work on our own copy."""
        done = self._git(*args, input=input, limit=limit)
        if done.code != 0:
            if SHORT.search(done.err):
                fix = "Free space or inodes on that file system. It is tried again."
                raise TransientError(f"{self.directory} cannot be used", self.said(done), fix)
            raise BrokenError(self.said(done))
        return done.out

    def verify(
        self,
        command: str,
        oid: str,
        config: Sequence[tuple[str, str]],
        variables: Mapping[str, str],
    ) -> Finished:
        """Check the signature of a commit or tag by `verify-commit` or `verify-tag`."""
        return self._git(command, "--raw", oid, config=config, variables=variables)

    def tag_name(self, oid: str) -> str:
        """Return the name that an annotated tag gives itself."""
        head = self.must("cat-file", "tag", oid).partition(b"\n\n")[0].splitlines()
        names = [line[4:].decode(errors="replace") for line in head if line.startswith(b"tag ")]
        return names[0] if len(names) == 1 else ""

    def descends(self, commit: str, ancestor: str) -> bool:
        """Say whether a commit has another one in its history, as far as that is here."""
        return self._git("merge-base", "--is-ancestor", ancestor, commit).code == 0

    def between(self, old: str, new: str, most: int) -> list[str]:
        """Return the commits that `new` has and `old` has not, oldest first."""
        args = ("rev-list", f"--max-count={most}", "--topo-order", "--reverse", new, f"^{old}")
        return self.must(*args).decode().split()

    def push(self, refspec: str, *options: str) -> Finished:
        """Send a ref to the remote; a refusal is for the caller to read."""
        args = ("push", "--quiet", "--porcelain", "--no-verify", *options)
        return self._reach(*args, "--", self.remote.url, refspec, timeout=self.deadline)

    def blobs(self, commit: str) -> Iterator[Blob]:
        """Yield every file of a commit."""
        for record in self.must("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            if record:
                meta, _, path = record.partition(b"\t")
                mode, _, oid = meta.decode().split(" ")
                yield Blob(path.decode(errors="surrogateescape"), mode, oid)

    def read(self, blobs: Sequence[Blob], take: Callable[[Blob, bytes], None]) -> None:
        """Hand over the content of each blob, in order."""
        if not blobs:
            return
        batch = _Batch(blobs, take)
        wanted = "".join(f"{blob.oid}\n" for blob in blobs).encode()
        done = self._git("cat-file", "--batch", input=wanted, sink=batch.feed)
        if done.code != 0 or not batch.complete:
            raise BrokenError(self.said(done) or "git gave fewer files than it was asked for")

    def sound(self) -> bool:
        """Say whether everything that the refs need is here."""
        done = self._git("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
        return done.code == 0 and not (done.out + done.err).strip()

    def tidy(self) -> None:
        """Remove what a git that was killed leaves behind. Nobody else works in here."""
        leftovers = [*self.directory.rglob("*.lock"), *self.directory.glob("objects/**/tmp_*")]
        for file in leftovers:
            with suppress(OSError):
                file.unlink()

    def compact(self) -> None:
        """Put many small packs and loose objects together, now and then."""
        packs, loose = (self.directory.glob(f"objects/{d}") for d in ("pack/*.pack", "17/*"))
        if len(list(packs)) > PACKS or len(list(loose)) > LOOSE:
            self._git("gc", "--quiet", timeout=self.deadline)

    def said(self, done: Finished) -> str:
        """Return the last lines of what git said, without secrets."""
        lines = done.err.decode(errors="replace").strip().splitlines()
        said = [line.strip() for line in lines if line.strip() and not line.startswith(CHATTER)]
        return self.remote.redact("; ".join(said[-3:]))

    def _far(self, *args: str, timeout: float, git_dir: str = "") -> Finished:
        done = self._reach(*args, timeout=timeout, git_dir=git_dir)
        if done.code != 0:
            raise self.refusal(done)
        return done

    def refusal(self, done: Finished) -> ToolError | TransientError:
        """Return what a failed talk with the remote means."""
        what, why = f"{self.remote.redact(self.remote.url)} could not be used", self.said(done)
        if "returned error: 30" in why:
            fix = "It leads elsewhere, where the token is not for: write the URL that it leads to."
            return ToolError(what, why, fix)
        if REFUSED.search(done.err.decode(errors="replace")):
            return ToolError(what, why, "Check the URL, its auth, and what it may do there.")
        fix = "What was fetched last stays in force; it is tried again at the next poll."
        return TransientError(what, why, fix)

    def _reach(self, *args: str, timeout: float, git_dir: str = "") -> Finished:
        try:
            return self._git(*args, timeout=timeout, git_dir=git_dir, reach=True)
        except DeadlineError as error:
            raise TransientError(self.remote.redact(error.what), error.why, error.fix) from error

    def _git(  # noqa: PLR0913 - as many as a process has
        self,
        *args: str,
        timeout: float = LOCAL,
        git_dir: str = "",
        reach: bool = False,
        input: bytes = b"",  # noqa: A002 - the word of subprocess.run
        sink: Callable[[bytes], object] | None = None,
        limit: int = HUGE,
        config: Sequence[tuple[str, str]] = (),
        variables: Mapping[str, str] = NOTHING,
    ) -> Finished:
        own = {"GIT_DIR": git_dir or str(self.directory), "GIT_CONFIG_GLOBAL": str(self._config())}
        env = environment(self.remote.environment(reach=reach, config=config) | own | dict(variables))
        return run(
            ("git", *args),
            timeout=timeout,
            env=env,
            cwd="/",
            input=input,
            sink=sink,
            limit=limit,
            superseded=self.remote.ended if reach else None,
            grace=GRACE,
        )

    def _config(self) -> Path:
        # The other side of a local remote reads this file, and nothing else of ours: it
        # must serve a repository whatever user owns it.
        file = self.directory.parent / "gitconfig"
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("[safe]\n\tdirectory = *\n")
        return file


class _Batch:
    """Takes `git cat-file --batch` apart as it comes."""

    def __init__(self, blobs: Sequence[Blob], take: Callable[[Blob, bytes], None]) -> None:
        self.blobs, self.take = iter(blobs), take
        self.left = len(blobs)
        self.buffer = bytearray()
        self.size = -1

    @property
    def complete(self) -> bool:
        return self.left == 0

    def feed(self, data: bytes) -> None:
        self.buffer += data
        while self.left and (self._body() if self.size >= 0 else self._header()):
            pass

    def _header(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        words = bytes(self.buffer[:end]).decode(errors="replace").split(" ")
        if len(words) != 3 or words[1] != "blob":  # noqa: PLR2004 - oid, type, size
            raise BrokenError(f"object {words[0]} is missing")
        self.size = int(words[2])
        del self.buffer[: end + 1]
        return True

    def _body(self) -> bool:
        if len(self.buffer) <= self.size:
            return False
        content = bytes(self.buffer[: self.size])
        del self.buffer[: self.size + 1]
        self.size, self.left = -1, self.left - 1
        self.take(next(self.blobs), content)
        return True
