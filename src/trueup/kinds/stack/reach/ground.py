"""What is the project's own ground: its source's tree, and what lies in it. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from trueup.kinds.stack.reach.need import Need
from trueup.model.allowance import Allowances

SOCKETS = (
    *("/run/docker.sock", "/run/containerd", "/run/podman", "/run/crio", "/run/user"),
    *("/run/docker", "/run/buildkit", "/var/snap/docker", "/run/k3s"),
)
CLOCK = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo")
"""The time zone of the host: half of all compose files mount it, and it tells nothing."""


@dataclass(frozen=True)
class Ground:
    """Where one project may stand.

    `root` is the root of its source; `real` tells where a path leads once every link on the
    way has been followed.
    """

    root: str
    project: str
    real: Callable[[str], str]
    host: Allowances

    @cached_property
    def home(self) -> str:
        """The root, with no links in it."""
        return self.real(self.root)

    @cached_property
    def guarded(self) -> tuple[str, ...]:
        """What in the source is Trueup's own; a work tree in the state directory is not."""
        return tuple(one for one in map(self.real, self.host.guarded) if within(one, self.home))

    @cached_property
    def sockets(self) -> tuple[str, ...]:
        """What an engine listens on."""
        return tuple(self.real(one) for one in (*SOCKETS, *self.host.sockets))

    def mount(self, service: str, place: str, path: str, *, read_only: bool) -> Iterator[Need]:
        """Yield what mounting a path of the host needs."""
        real = self.real(path)
        if any(_touch(real, one) for one in self.sockets):
            why = f"mounts {real}, through which the engine can be commanded"
            yield Need(service, place, why, "dockerSocket")
        if any(_touch(real, one) for one in self.guarded):
            yield Need(service, place, f"mounts {real}, where Trueup keeps its own files", "")
        clock = read_only and any(within(real, one) for one in CLOCK)
        if not (clock or within(real, self.home) or real in self.sockets):
            why = f"mounts {real} of the host" + (" (read-only)" if read_only else "")
            yield Need(service, place, why, "mounts", real, read_only)

    def file(self, service: str, place: str, path: str) -> Iterator[Need]:
        """Yield what using a file of the host needs."""
        real = self.real(path)
        if any(within(real, one) for one in self.guarded):
            yield Need(service, place, f"reads {real}, one of Trueup's own files", "")
        elif not within(real, self.home):
            yield Need(service, place, f"reads {real}, outside of its source", "files", real)


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _touch(one: str, other: str) -> bool:
    return within(one, other) or within(other, one)
