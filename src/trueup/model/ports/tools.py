"""What acts on the world.

Refuses to decide: each act is told what to do, and for how long.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from trueup.model.checks import Probed
from trueup.model.steps import Bundle


@dataclass(frozen=True, slots=True)
class Task:
    """The terms under which one act is done.

    `timeout` is in seconds and binding: at its end the whole process group is ended.
    `log` takes lines of output as they come; `superseded` is asked now and then and ends
    the act when it says True.
    """

    timeout: float
    log: Callable[[str], None]
    superseded: Callable[[], bool]


class Tools(Protocol):
    """Everything that changes a host. Each raises ToolError or TransientError."""

    def freeze(self, bundle: Bundle) -> None:
        """Write the files of a release; what exists is left as it is."""

    def pull(self, image: str, task: Task) -> None:
        """Fetch an image."""

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        """Build the image of one service of a release file."""

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        """Bring services to what a release file says, without pulling or building."""

    def act(self, container: str, verb: str, task: Task) -> None:
        """Do `start`, `unpause`, `restart`, `signal:NAME` or `rename:NAME` to a container."""

    def remove(self, containers: Sequence[str], task: Task, *, volumes: bool = False) -> None:
        """Stop and remove containers; volumes stay, or with `volumes` those that have a name."""

    def sweep(self, project: str, task: Task) -> None:
        """Remove the networks of a project that has no containers left, and whose it was."""

    def drop_networks(self, project: str, names: Sequence[str]) -> None:
        """Remove networks of a project that no container uses any more."""

    def claim(self, project: str, owner: str) -> None:
        """Mark a project as taken over by an owner, without touching what runs of it.

        Raises:
            ToolError: somebody else has it.
        """

    def pin(self, image: str, reference: str) -> None:
        """Keep an image under a tag of ours, so that no prune takes it."""

    def hold(self, images: Sequence[str], mark: str) -> None:
        """Keep images in use, by containers that never start, so that no prune takes them."""

    def let_go(self, mark: str) -> None:
        """Remove every container that holds an image under a mark."""

    def keep(self, references: Sequence[str], prefix: str) -> None:
        """Drop our tags that begin with a prefix and are not among the references."""

    def probe(self, check: Probed, project: str, since: str) -> str:
        """Return why a check does not hold; empty when it does.

        `since` (RFC 3339) is where the log of the current try begins.
        """

    def logs(self, container: str, since: str) -> str:
        """Return the last lines that a container wrote."""
