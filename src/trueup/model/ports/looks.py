"""What looks at the world, and what tells that it still looks the same.

Refuses to change anything: what does stands in `tools`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from trueup.model.allowance import Allowances
from trueup.model.container import Addresses, Container, EngineInfo, Volume
from trueup.model.ports.project import Project, Reads
from trueup.model.ports.secrets import Secrets
from trueup.model.ports.tree import Tree
from trueup.model.trial import Candidate


class Marks(Protocol):
    """Whether a question of `Looks` would have the same answer, told without answering it.

    A mark is a text that is another one whenever the answer is, and `?` where that cannot
    be told. It may be some minutes old where the engine tells of changes by itself.
    """

    def containers(self, project: str) -> str:
        """Return `marked` of all containers of a project."""

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""

    def neighbours(self, network: str) -> str:
        """Return `neighbouring` of the services of all projects on a network."""

    def resolve(self, project: Project) -> str:
        """Return a mark of everything that compose resolves a project from."""

    def stored(self, file: str) -> str:
        """Return a mark of a compose file that was written with a release."""

    def lost(self, use: str) -> str:
        """Return a mark of whether the copy of a use is gone."""


class Looks(Protocol):
    """Everything that can be read about the wanted and the real world."""

    @property
    def marks(self) -> Marks:
        """The marks of the answers."""

    @property
    def state(self) -> str:
        """The absolute path of the state directory."""

    @property
    def salt(self) -> str:
        """The key of all digests that could otherwise be guessed back to a secret."""

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""

    @property
    def allowances(self) -> Allowances:
        """What compose projects may reach outside themselves."""

    @property
    def secrets(self) -> Secrets:
        """What reads secrets."""

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:
        """Return the work tree of a source, with the edits of a candidate laid over it."""

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        """Return the project as compose resolves it (`config --format json`).

        `permit` is asked before compose reads anything, and raises where it must not.

        Raises:
            SpecError: compose refuses the project, or `permit` does.
            ToolError: compose itself failed.
        """

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project, stopped ones and strangers' included."""

    @property
    def shared_network(self) -> str:
        """The name of the network that stacks of this host share; empty where there is none."""

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network, whoever made it."""

    def addresses(self) -> Addresses:
        """Return which networks there are, and how many more the engine has room for."""

    def limits_swap(self) -> bool:
        """Whether the kernel of the host can limit how much a container swaps."""

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release; empty if it is gone."""

    def lost(self, use: str) -> bool:
        """Whether a service (`use_of`) does not mount the copy that it should, or it is gone."""

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""
