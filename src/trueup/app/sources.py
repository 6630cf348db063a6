"""The sources that are followed: one thread each, one work tree each, one thing to say.

A source that fails is tried again later; until then what it last said stays in force and
no container is touched.
"""

import contextlib
import hashlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from trueup.model.errors import TrueupError, UntrustedError, defect
from trueup.model.event import Event
from trueup.model.ports import Emit, Tree
from trueup.model.shortage import shortage

JITTER = 0.1
RETRY_FACTOR, RETRY_CAP = 2.0, 300.0


class Source(Protocol):
    """A directory or a git repository."""

    name: str

    def sync(self) -> Tree:
        """Bring the work tree up to date and return it."""

    def resume(self) -> Tree | None:
        """Return the work tree as it was left, without asking anybody."""


@dataclass(slots=True)
class Followed:
    """One source being followed.

    `origin` is a digest of what identifies it; `path` is where its documents are;
    `interval` is in seconds; `news` is called after each sync with whether anything may
    be new: another revision, or somebody poked. `how` is told how each sync went. `heard` is
    set once the source was read, or failed to be.
    """

    source: Source
    origin: str
    path: str
    interval: float
    news: "Callable[[Followed, Tree, bool], None]"
    emit: Emit
    how: "Callable[[Followed, TrueupError | None], None]" = lambda _followed, _error: None
    tree: Tree | None = None
    failures: int = 0
    heard: threading.Event = field(default_factory=threading.Event)
    _revision: str = ""
    _said: str = ""
    _poked: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    def look(self, *, poked: bool = False) -> None:
        """Sync once and pass on what is new."""
        with self._one:
            tree = self.source.sync()
            self.how(self, None)
            self._show(tree, poked=poked)

    def resume(self) -> None:
        """Go on with what was last read, as long as the source does not answer."""
        with self._one:
            if self.tree is None and (tree := self.source.resume()):
                self._show(tree, poked=False)

    def _show(self, tree: Tree, *, poked: bool) -> None:
        fresh = tree.revision != self._revision
        self.tree = tree
        self.news(self, tree, fresh or poked)
        self._revision = tree.revision  # only now: news that failed is news again

    def start(self) -> None:
        """Follow the source from now on."""
        self._thread = threading.Thread(
            target=self._follow, name=f"source-{self.name}", daemon=True
        )
        self._thread.start()

    def poke(self) -> None:
        """Look again soon; something may have happened."""
        self._poked.set()

    def stop(self) -> None:
        """Stop following."""
        self._stopped.set()
        self._poked.set()

    def join(self, timeout: float) -> None:
        """Wait for the thread to end."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _follow(self) -> None:
        while not self._stopped.is_set():
            poked = self._poked.is_set()
            self._poked.clear()
            pause = self._attempt(poked=poked)
            self.heard.set()
            self._poked.wait(pause)

    def _attempt(self, *, poked: bool) -> float:
        """Look once; return in how many seconds to look again."""
        try:
            return self._look_or_resume(poked=poked)
        except Exception as error:  # noqa: BLE001 - a source must not stop being followed
            self.failures += 1
            self._told((shortage(error) or defect(error)).text, self.interval)
            return self.interval

    def _look_or_resume(self, *, poked: bool) -> float:
        try:
            self.look(poked=poked)
        except TrueupError as error:
            return self._failed(error)
        self.failures, self._said = 0, ""
        return self.interval * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret

    def _failed(self, error: TrueupError) -> float:
        self.failures += 1
        if isinstance(error, UntrustedError):
            # The remote answers: whoever signs what it has need not wait longer than usual.
            pause = self.interval
            if error.text != self._said:
                self._told(error.text, pause)
        else:
            pause = min(RETRY_CAP, self.interval * RETRY_FACTOR ** min(self.failures - 1, 10))
            self._told(f"{error.text} What was last read stays in force.", pause)
        self._said = error.text
        with contextlib.suppress(TrueupError):
            self.resume()
        with contextlib.suppress(TrueupError):  # it is told again with the next try
            self.how(self, error)
        return pause

    def _told(self, text: str, pause: float) -> None:
        if self._stopped.is_set():
            return
        message = f"source {self.name}: {text} Will try again in {pause:.0f} seconds."
        with contextlib.suppress(Exception):  # nobody is left to tell it to
            self.emit(Event(None, "source-failed", message, "warning"))


def origin_of(identity: str) -> str:
    """Return the digest by which containers name their source as their owner."""
    return hashlib.sha256(identity.encode()).hexdigest()[:12]
