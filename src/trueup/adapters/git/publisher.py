"""Publish a directory of status files as a branch of a git remote.

What is not published yet is not lost: the files are on disk, the branch is too, and every
try begins with both. Knows nothing of what a status is.
"""

import re
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from trueup.adapters.git.batch import Blob, BrokenError, Content
from trueup.adapters.git.mirror import Author, Message, Mirror
from trueup.adapters.git.remote import Remote, checked_ref
from trueup.adapters.git.repository import Repository
from trueup.adapters.process import Finished
from trueup.model.errors import TransientError

Result = TypeVar("Result")

BRANCH = "trueup/status"
PUSHED = "refs/trueup/pushed"
TRIES = 8
LAST = 10.0  # seconds for what is left when it ends
WORST = 300.0  # seconds between tries at most
RELOOK = 600.0  # seconds after which files are looked at that nobody said anything of
OUTRUN = re.compile(
    rb"^!.*(\[rejected\]|\[remote rejected\].*(lock|failed to update ref|reference already))",
    re.MULTILINE,
)


class Publisher:
    """Keeps `branch` of `remote` at what is in `folder`; its repository is `directory`.

    A change is published `interval` seconds after `wake`, together with all others of that
    time. `failed` is told of every try that did not work; the next one comes by itself.
    """

    def __init__(  # noqa: PLR0913 - what a configuration says of a status branch
        self,
        remote: Remote,
        directory: Path,
        folder: Path,
        message: Message,
        *,
        branch: str = BRANCH,
        author: Author | None = None,
        interval: float = 2.0,
        deadline: float = 60.0,
        failed: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._ref = f"refs/heads/{checked_ref(branch, 'branch')}"
        self._wanted, self._ending, self._over = (threading.Event() for _ in range(3))
        self._noted: SimpleQueue[Path | None] = SimpleQueue()
        self._looked = -RELOOK
        self._repository = Repository(
            directory, replace(remote, ended=self._over.is_set), deadline
        )
        self._mirror = Mirror(self._repository, self._ref, folder, author or Author(), message)
        self._interval, self._failed = interval, failed
        self._one = threading.Lock()
        self._thread = threading.Thread(target=self._follow, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin to publish, with what a run before this one may have left."""
        self.wake()
        self._thread.start()

    def wake(self, path: Path | None = None) -> None:
        """Say that a file or folder changed, or that any may have."""
        self._noted.put(path)
        self._wanted.set()

    def stop(self) -> None:
        """Publish what is left, and end. What cannot be published now is at the next start."""
        self._ending.set()
        self._wanted.set()
        self._thread.join(timeout=LAST)
        self._over.set()
        self._thread.join(timeout=LAST)

    def publish(self, noted: Collection[Path] | None = None) -> None:
        """Bring the remote's branch to what the files say, or only the noted ones of them.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses.
        """
        with self._one:
            self._mended(lambda: self._publish(noted))

    def published(self, paths: Collection[str]) -> dict[str, bytes]:
        """Return what the branch says in some files; those that it lacks are left out.

        Raises:
            TransientError: the remote does not answer, and our own copy is gone.
            ToolError: it refuses.
        """
        with self._one:
            return self._mended(lambda: self._published(paths))

    def _mended(self, act: Callable[[], Result]) -> Result:
        try:
            return self._opened(act)
        except BrokenError:
            shutil.rmtree(self._repository.directory, ignore_errors=True)
            self._mirror.restart()
            return self._opened(act)

    def _opened(self, act: Callable[[], Result]) -> Result:
        if not (self._repository.directory / "HEAD").is_file():
            self._open()
        return act()

    def _published(self, paths: Collection[str]) -> dict[str, bytes]:
        tip, found = self._mirror.tip(), dict[str, bytes]()
        there = [blob for blob in self._repository.blobs(tip) if blob.path in paths] if tip else []

        def take(blob: Blob, content: Content) -> None:
            if isinstance(content, bytes):  # no status file is so large as not to be
                found[blob.path] = content

        self._repository.read(there, take)
        return found

    def _publish(self, noted: Collection[Path] | None) -> None:
        self._mirror.commit(self._mirror.tip(), noted)
        self._deliver()
        self._repository.compact()

    def _open(self) -> None:
        """Make the repository, on top of what the remote has."""
        there = self._repository.ask()
        self._repository.create(next(iter(there.values()), ""))
        if self._ref in there:
            self._repository.must("update-ref", self._ref, self._theirs())
        self._mirror.restart()

    def _deliver(self) -> None:
        for _ in range(TRIES):
            tip = self._mirror.tip()
            if tip == self._mirror.resolve(PUSHED):
                return self._mirror.delivered()
            done = self._repository.push(f"{self._ref}:{self._ref}")
            if done.code == 0:
                self._repository.must("update-ref", PUSHED, tip)
                return self._mirror.delivered()
            self._refuse_unless_outrun(done)
            self._mirror.commit(self._theirs())
        raise TransientError(f"{self._ref} could not be pushed", "others are always faster")

    def _theirs(self) -> str:
        self._repository.fetch(f"+{self._ref}:{PUSHED}")
        return self._mirror.resolve(PUSHED)

    def _refuse_unless_outrun(self, done: Finished) -> None:
        if not OUTRUN.search(done.out):
            raise self._repository.refusal(done)

    def _follow(self) -> None:
        with suppress(Exception):  # it is housekeeping
            self._repository.tidy()
        wait = 0.0
        while not self._ending.is_set():
            self._wanted.wait(timeout=wait or None)
            if not self._ending.wait(timeout=self._interval):
                self._wanted.clear()
                wait = 0.0 if self._try() else min(WORST, max(self._interval, 2 * wait))
        self._try()

    def _try(self) -> bool:
        try:
            self.publish(self._whatever_changed())
        except Exception as error:  # noqa: BLE001 - a publisher must not stop publishing
            self._noted.put(None)
            with suppress(Exception):  # nobody is left to tell it to
                self._failed(error)
            return False
        return True

    def _whatever_changed(self) -> Collection[Path] | None:
        """Return what was noted; None where everything is due to be looked at."""
        noted = set(self._drained())
        now = time.monotonic()
        if None in noted or now - self._looked >= RELOOK:
            self._looked = now
            return None
        return {path for path in noted if path is not None}

    def _drained(self) -> Iterator[Path | None]:
        with suppress(Empty):
            while True:
                yield self._noted.get_nowait()
