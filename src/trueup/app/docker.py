"""The adapters of the Docker engine of one configuration, built when they are first asked for.

Refuses to know what is wanted: that is for whoever looks and acts through them.
"""

from functools import cached_property
from typing import Any

from trueup.app.vault import Vault
from trueup.model.ports import Tools
from trueup.settings import Settings


class Docker:
    """What looks at the engine, and what compose makes of files. All but `hand` only read."""

    def __init__(self, settings: Settings, *, read_only: bool) -> None:
        self._settings, self._state, self._read_only = settings, settings.state, read_only

    @cached_property
    def endpoint(self) -> Any:
        """Where the Docker engine is."""
        from trueup.adapters.docker.endpoint import find_endpoint

        return find_endpoint(self._settings.context)

    @cached_property
    def cli(self) -> Any:
        """The docker command line."""
        from trueup.adapters.docker.docker_cli import DockerCli
        from trueup.adapters.docker.versions import Versions

        kept = Versions(self._state / "compose.json", read_only=self._read_only)
        return DockerCli(self.endpoint, kept)

    @cached_property
    def host(self) -> Any:
        """The engine, to be looked at."""
        from trueup.adapters.docker.host import Host

        return Host(self.endpoint, self.cli.compose_version)

    @cached_property
    def resolver(self) -> Any:
        """What compose makes of projects."""
        from trueup.adapters.docker.models import Models
        from trueup.adapters.docker.resolver import Resolver

        kept = Models(self._state / "models", read_only=self._read_only)
        return Resolver(self.cli, kept)

    @cached_property
    def census(self) -> Any:
        """The marks of what the engine shows."""
        from trueup.adapters.docker.census import Census

        return Census(self.host.api)

    @cached_property
    def releases(self) -> Any:
        """The release files."""
        from trueup.adapters.docker.releases import Releases

        return Releases(str(self._state))

    def hand(self, vault: Vault) -> Tools:
        """Return everything that acts."""
        from trueup.adapters.docker.compose import Compose
        from trueup.adapters.docker.keeping import Keeping
        from trueup.adapters.docker.probe import Prober
        from trueup.adapters.docker.sdk import Sdk
        from trueup.app.tools import Hand

        compose = Compose(self.cli, str(self._state), vault.environment)
        probes = Prober(self.host, self.cli, self._settings.probe_image)
        keeping = Keeping(Sdk(self.endpoint))
        return Hand(compose, keeping, self.releases, probes, self.host, vault)
