"""The port `Bases` on a real engine: which distribution an image has, and which images there are.

Each image is looked into in a throw-away container, and only when something is asked. What
its index says is kept on a shelf that all images with the same sources share.
"""

from dataclasses import dataclass, field
from pathlib import Path

from trueup.adapters.docker.docker_cli import DockerCli, failure
from trueup.adapters.indexes import alpine, debian
from trueup.adapters.indexes.container import Container, running
from trueup.adapters.indexes.inside import Inside
from trueup.adapters.indexes.shelf import shelf_for
from trueup.model.errors import ToolError
from trueup.model.system import ALPINE, DEBIAN, Distribution

APT = frozenset({"debian", "ubuntu"})
APK = frozenset({"alpine"})
NO_SYSTEM = ("executable file not found", "no such file or directory")
NO_IMAGE = ("no such manifest", "manifest unknown", "not found", "denied", "unauthorized")


@dataclass(frozen=True, slots=True)
class BaseImages:
    """Looks into base images through one engine. `network` is what builds are given, if any."""

    cli: DockerCli
    cache: Path
    network: str = ""
    known: dict[str, Inside | None] = field(default_factory=dict)

    def system(self, image: str) -> Distribution | None:
        """Return the distribution inside an image; see the port."""
        if image not in self.known:
            self.known[image] = self._look(image)
        return self.known[image]

    def has_image(self, image: str) -> bool:
        """Say whether the engine or the registry has an image; see the port."""
        listed = ["image", "ls", "--quiet", "--no-trunc", "--filter", f"reference={image}"]
        if self.cli.docker(listed).strip():
            return True
        try:
            self.cli.docker(["manifest", "inspect", *_insecure(image), "--", image])
        except ToolError as error:
            if any(word in error.text.lower() for word in NO_IMAGE):
                return False
            raise
        return True

    def _look(self, image: str) -> Inside | None:
        try:
            with running(self.cli, image, self.network) as container:
                return self._inside(container, image)
        except ToolError as error:
            if any(words in error.text for words in NO_SYSTEM):
                return None
            raise

    def _inside(self, container: Container, image: str) -> Inside | None:
        said = _release(container)
        kinds = {said.get("ID", ""), *said.get("ID_LIKE", "").split()}
        family = DEBIAN if kinds & APT else ALPINE if kinds & APK else ""
        if not family:
            return None
        index = debian if family == DEBIAN else alpine
        return Inside(
            family,
            said.get("PRETTY_NAME", said.get("ID", "")),
            self._user(image),
            index.installed(container),
            shelf_for(self.cache, family, index.sources(container)),
            lambda: running(self.cli, image, self.network),
        )

    def _user(self, image: str) -> str:
        user = self.cli.docker(["image", "inspect", "--format", "{{.Config.User}}", "--", image])
        name = user.strip().partition(":")[0]
        return "" if name in ("root", "0") else name


def _release(container: Container) -> dict[str, str]:
    """Return what an image says of its distribution; nothing where it says nothing."""
    argv = ["cat", "/etc/os-release"]
    done = container.try_to(argv)
    said = done.err.decode(errors="replace")
    if done.code and "no such file" not in said.lower():
        raise failure(argv, said)
    pairs = (line.partition("=") for line in done.out.decode(errors="replace").splitlines())
    return {name: value.strip("\"'") for name, _, value in pairs}


def _insecure(image: str) -> tuple[str, ...]:
    """A registry of this machine needs no TLS, for the engine neither."""
    host = image.partition("/")[0].rpartition(":")[0]
    return ("--insecure",) if host in ("localhost", "127.0.0.1") else ()
