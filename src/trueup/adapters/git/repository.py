"""One bare git repository on disk: ask its remote, fetch, list and read its objects.

Decides nothing about what is checked out. Knows the three ways in which git fails: the
remote is away (TransientError), the remote refuses (ToolError), our own copy is broken
(BrokenError, which only a new copy mends).
"""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trueup.adapters.git.batch import Batch, Blob, BrokenError, Listing, Take
from trueup.adapters.git.growth import Growth
from trueup.adapters.git.limits import REFS, Limits
from trueup.adapters.git.remote import Remote
from trueup.adapters.process import DeadlineError, Finished, environment, run
from trueup.model.errors import SupersededError, ToolError, TransientError
from trueup.model.shortage import run_out
from trueup.model.spelled import legible

ASK = 30.0  # seconds for a question to the remote
LOCAL = 120.0  # seconds for work on our own disk
HUGE = 1 << 30
ANSWER = 16 << 20  # bytes of an answer about refs
MEMORY = 1 << 30  # bytes that a git may use, whatever it was given to unpack
OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?\Z")
SAID = 600  # characters of what git says
GRACE = 1.0  # seconds that git has to end by itself
PACKS = 100  # more packs than this are put together
LOOSE = 27  # and more loose objects in one of their 256 folders, which are filled alike
REFUSED = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|access denied"
    r"|host key verification failed|returned error: 40[13]|fsck error|unable to find remote helper"
    r"|transport '.*' not allowed",
    re.IGNORECASE,
)
NOTHING: Mapping[str, str] = MappingProxyType({})
CHATTER = ("hint:", "Please make sure", "and the repository exists", "warning: redirecting")


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare clone in `directory`, filled from `remote` within `deadline` seconds.

    Where it need not be `whole`, only the last commit of a history is fetched. What git is
    configured with is written beside the directory, or into `own` where that is not ours.
    """

    directory: Path
    remote: Remote
    deadline: float = 300.0
    limits: Limits = field(default=Limits())
    whole: bool = True
    own: Path | None = None

    def ask(self, *refs: str) -> dict[str, str]:
        """Return the remote's object ids of some refs; those it lacks are left out."""
        args = ("ls-remote", "--", self.remote.url, *refs)
        done = self._far(*args, timeout=min(ASK, self.deadline), git_dir="/dev/null", limit=ANSWER)
        lines = done.out.decode(errors="replace").split("\n")
        if len(lines) > REFS or len(done.out) >= ANSWER:
            what = f"{self.remote.redact(self.remote.url)} is refused"
            raise ToolError(what, f"it has more than {REFS} branches and tags")
        found = (line.partition("\t") for line in lines)
        return {name: oid for oid, _, name in found if OBJECT_ID.match(oid)}

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

    def fetch(self, *refspecs: str, whole: bool = False) -> None:
        """Bring refs from the remote; what was rewritten there is rewritten here.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses, or sends more than is allowed.
        """
        try:
            self._fetch(refspecs, self._depth(whole=whole))
        except TransientError as error:
            if "does not support shallow" not in error.why:
                raise
            self._fetch(refspecs, ())

    def _fetch(self, refspecs: Sequence[str], depth: Sequence[str]) -> None:
        options = ("--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-auto-gc")
        self.reach("fetch", *options, *depth, "--", self.remote.url, *refspecs)

    def _depth(self, *, whole: bool) -> Sequence[str]:
        if not (whole or self.whole):
            return ("--depth=1",)
        return ("--unshallow",) if (self.directory / "shallow").is_file() else ()

    def reach(self, *args: str) -> None:
        """Run git where it fills our own copy from the remote.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses, or sends more than is allowed.
        """
        growth = Growth(self.directory, self.limits.size)
        try:
            self._far(*args, timeout=self.deadline, growth=growth)
        except SupersededError:
            if growth.over:
                self.tidy()
                what = f"what {self.remote.redact(self.remote.url)} sends"
                raise self.limits.too_large(what) from None
            raise

    def must(
        self,
        *args: str,
        input: bytes = b"",  # noqa: A002 - the word of subprocess.run
        limit: int = HUGE,
        config: Sequence[tuple[str, str]] = (),
        variables: Mapping[str, str] = NOTHING,
    ) -> bytes:
        """Return the output of git at work on our own copy."""
        done = self._git(*args, input=input, limit=limit, config=config, variables=variables)
        if done.code != 0:
            if run_out(done.err.decode(errors="replace")):
                fix = "Free space or inodes on that file system. It is tried again."
                raise TransientError(f"{self.directory} cannot be used", self.said(done), fix)
            raise BrokenError(self.said(done))
        return done.out

    def attempt(self, *args: str) -> Finished:
        """Run git on our own copy where it may fail; how it ended is for the caller to read."""
        return self._git(*args)

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
        """Yield every file of a commit.

        Raises:
            BrokenError: our own copy lacks something.
            ToolError: it has more files than are allowed.
        """
        what = f"commit {commit[:12]} of {self.remote.redact(self.remote.url)}"
        listing = Listing(self.limits.files, lambda: self.limits.too_many(what))
        args = ("ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit)
        done = self._git(*args, sink=listing.feed)
        if done.code != 0:
            raise BrokenError(self.said(done))
        yield from self.limits.counted(what, listing.blobs, lambda blob: blob.size)

    def read(self, blobs: Sequence[Blob], take: Take) -> None:
        """Hand over the content of each blob, in order; a large one as a file."""
        if not blobs:
            return
        batch = Batch(blobs, take, self.directory / f"content-{threading.get_ident()}")
        wanted = "".join(f"{blob.oid}\n" for blob in blobs).encode()
        with closing(batch):
            done = self._git(
                "cat-file", "--batch", input=wanted, sink=batch.feed, timeout=self.deadline
            )
        if done.code != 0 or not batch.complete:
            raise BrokenError(self.said(done) or "git gave fewer files than it was asked for")

    def sound(self) -> bool:
        """Say whether everything that the refs need is here."""
        done = self._git("fsck", "--connectivity-only", "--no-dangling", "--no-progress")
        return done.code == 0 and not (done.out + done.err).strip()

    def tidy(self) -> None:
        """Remove what a git that was killed leaves behind. Nobody else works in here."""
        left = ("**/*.lock", "objects/**/tmp_*", "content-*", "lfs/tmp/*")
        leftovers = [file for pattern in left for file in self.directory.glob(pattern)]
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
        return self.remote.redact(legible("; ".join(said[-3:])))[:SAID]

    def _far(self, *args: str, **more: Any) -> Finished:
        done = self._reach(*args, **more)
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

    def _reach(self, *args: str, growth: Growth | None = None, **more: Any) -> Finished:
        ended = self.remote.ended
        stop = partial(growth.look, ended) if growth else ended
        try:
            return self._git(*args, superseded=stop, **more)
        except DeadlineError as error:
            raise TransientError(self.remote.redact(error.what), error.why, error.fix) from error

    def _git(  # noqa: PLR0913 - as many as a process has
        self,
        *args: str,
        timeout: float = LOCAL,
        git_dir: str = "",
        superseded: Callable[[], bool] | None = None,
        input: bytes = b"",  # noqa: A002 - the word of subprocess.run
        sink: Callable[[bytes], object] | None = None,
        limit: int = HUGE,
        config: Sequence[tuple[str, str]] = (),
        variables: Mapping[str, str] = NOTHING,
    ) -> Finished:
        own = {"GIT_DIR": git_dir or str(self.directory), "GIT_CONFIG_GLOBAL": str(self._config())}
        said = self.remote.environment(reach=superseded is not None, config=config)
        env = environment({**said, **own, **variables})
        return run(
            ("git", *args),
            timeout=timeout,
            env=env,
            cwd="/",
            input=input,
            sink=sink,
            limit=limit,
            superseded=superseded,
            grace=GRACE,
            memory=MEMORY,
        )

    def _config(self) -> Path:
        # The other side of a local remote reads this file, and nothing else of ours: it
        # must serve a repository whatever user owns it.
        file = (self.own or self.directory.parent) / "gitconfig"
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("[safe]\n\tdirectory = *\n")
        return file
