"""Everything that one configuration needs, built when it is first asked for.

A read-only command never asks for `tools`, so it cannot change a host; and what it keeps
in the state directory are copies of git repositories, nothing else.
"""

import threading
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from trueup.app.answers import Answers
from trueup.app.controls import Controls
from trueup.app.decisions import Decisions
from trueup.app.departures import Departures
from trueup.app.docker import Docker
from trueup.app.documents import Reading
from trueup.app.identity import is_key, kept, refuse_foreign, salt
from trueup.app.ledger import Ledger
from trueup.app.made import MadeRuns
from trueup.app.memory import LastGood
from trueup.app.resting import Resting
from trueup.app.said import Said
from trueup.app.sources import Followed, Source
from trueup.app.trees import Trees, build_source, kept_git, origin_of_source
from trueup.app.troubles import Troubles
from trueup.app.vault import Vault
from trueup.app.visit import Visited
from trueup.app.wishes import Wishes
from trueup.kinds import KINDS
from trueup.model.allowance import Allowances
from trueup.model.container import SALT, SOURCE
from trueup.model.errors import TransientError, TrueupError
from trueup.model.key import Key
from trueup.model.ports import Emit, Looks, Tools, Tree
from trueup.settings import GitSettings, Settings


class Site:
    """The adapters of one configuration, and what its sources want.

    Args:
        settings: the configuration.
        emit: where events go.
        heard: told a source, and the keys that it has said something new about.
        read_only: whether the state directory belongs to somebody else.
    """

    def __init__(
        self,
        settings: Settings,
        emit: Emit,
        heard: Callable[[str, tuple[Key, ...]], None] = lambda _source, _keys: None,
        *,
        read_only: bool = False,
    ) -> None:
        self.settings, self.emit, self._heard = settings, emit, heard
        self.ending = threading.Event()
        self._read_only = read_only
        self.state = settings.state
        names = [one.name for one in settings.sources]
        self.decisions = Decisions(self.state)
        self.departures = Departures(self.state, read_only=read_only)
        good = LastGood(self.state, read_only=read_only)
        self.made = MadeRuns(self.state, read_only=read_only)
        self.wishes = Wishes(KINDS, names, good, self.departures, self.made)
        self.controls = Controls(self.state)
        # At once, so that every command masks what is in use, also one that asks for none.
        self.vault = Vault(settings.secrets, lambda: self.salt, emit)
        self.docker = Docker(settings, read_only=read_only)
        self.answers = Answers(settings, emit, read_only=read_only)
        self._reading = Reading(KINDS, skip=(self.state, settings.status.directory))

    @cached_property
    def clock(self) -> Any:
        """The time."""
        from trueup.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def sources(self) -> Mapping[str, Followed]:
        """Every source of the configuration."""
        return {
            one.name: Followed(
                source=build_source(one, self.settings, self._git),
                origin=origin_of_source(one),
                path=one.documents,
                interval=one.interval,
                news=self._news,
                emit=self.emit,
                how=self._how,
            )
            for one in self.settings.sources
        }

    @cached_property
    def records(self) -> Ledger:
        """The status files."""
        return self.fresh_records()

    def fresh_records(self) -> Ledger:
        """Return the status files, of which nothing has been read yet."""
        return self.answers.ledger(self._source_of)

    @cached_property
    def trees(self) -> Trees:
        """The work trees of sources and of repositories that stacks name."""
        return Trees(self.settings, lambda name: self.sources[name].tree, self._git)

    @cached_property
    def salt(self) -> str:
        """The key of this installation's digests."""
        return salt(self.state, self._salt_on_host, keep=not self._read_only)

    @cached_property
    def agreed_salt(self) -> str:
        """The same, once it is known to be that of our containers."""
        refuse_foreign(self.state, self.salt, self._salts_on_host())
        return self.salt

    @cached_property
    def looks(self) -> Looks:
        """Everything that can be read."""
        from trueup.app.looks import Marked, View

        docker = self.docker
        return View(
            host=docker.host,
            compose=docker.resolver,
            marks=Marked(
                docker.census, docker.resolver, docker.releases.mark, docker.releases.lost
            ),
            clock=self.clock,
            stored_file=docker.releases.stored,
            tree_of=self.trees.tree,
            state=str(self.state),
            shared_network=self.settings.shared_network,
            key=lambda: self.agreed_salt,
            allowances=self._allowances(),
            secrets=self.vault,
        )

    @cached_property
    def resting(self) -> Resting:
        """What is known to be at rest."""
        looks = self.looks
        about = (self.docker.endpoint.url, self.salt, looks.shared_network, looks.allowances)
        return Resting(self.state, repr(about))

    @cached_property
    def tools(self) -> Tools:
        """Everything that acts."""
        return self.docker.hand(self.vault)

    def _allowances(self) -> Allowances:
        said, socket = self.settings, self.docker.endpoint.url.removeprefix("unix://")
        sockets = (socket,) if socket.startswith("/") else ()
        return Allowances(said.allow, tuple(map(str, said.guarded)), sockets)

    def look_at_sources(self, *, offline: bool = False) -> None:
        """Sync every source once, in this thread.

        Raises:
            TrueupError: a source did not answer, unless `offline` lets it be read as it was.
        """
        for one in self.sources.values():
            try:
                one.look()
            except TrueupError as error:
                self._how(one, error)
                if not offline:
                    raise
                one.resume()

    def _news(self, followed: Followed, tree: Tree, fresh: bool) -> None:  # noqa: FBT001 - a callback
        """Read the documents; wake everything where any file may be another one now.

        Raises:
            TransientError: there is nothing to read, and there never was.
        """
        configured = self.settings.source(followed.name)
        if not fresh and configured.git:
            return
        read = self._reading.desired(followed.name, tree, followed.path)
        if read.nothing and not self.wishes.knows(followed.name):
            fix = "Create it, or correct the source in trueup.yaml."
            raise TransientError(f"{read.nothing}, and was not before", "", fix)
        said = Said(
            followed.name,
            followed.origin,
            tree.revision,
            read.desired,
            configured.guard,
            read.nothing if configured.directory else "",
        )
        heard = self.wishes.absorb(said)
        self._heard(followed.name, heard.first_changed() if fresh else heard.changed)

    def _how(self, followed: Followed, error: TrueupError | None) -> None:
        if not self._read_only:
            self.troubles.tell(followed, error)

    @cached_property
    def troubles(self) -> Troubles:
        """What tells people of sources that cannot be followed."""
        return Troubles(self.wishes, self.records, self.clock, self._heard)

    def _source_of(self, key: Key) -> str | None:
        resource = self.wishes[key]
        return resource.source if resource else None

    def _git(self, name: str, said: GitSettings, directory: Path) -> Source:
        """Build the adapter of a git repository."""
        build = partial(kept_git, name, said, directory, self.ending.is_set)
        return Visited(name, directory, self.state, build) if self._read_only else build()

    @property
    def is_keyed(self) -> bool:
        """Whether digests of this look are those that a running Trueup has as well."""
        return bool(kept(self.state)) or bool(self._salt_on_host())

    def _salt_on_host(self) -> str:
        return next(iter(self._salts_on_host()), "")

    def _salts_on_host(self) -> tuple[str, ...]:
        """Return the keys of digests that containers of these sources carry.

        Raises:
            TransientError: the engine does not answer. A key made up now would have
                everything deployed anew once it does.
        """
        ours = {one.origin for one in self.sources.values()}
        owned = (one.labels for one in self.docker.host.owned())
        found = (one.get(SALT, "") for one in owned if one.get(SOURCE) in ours)
        return tuple(one for one in found if is_key(one))
