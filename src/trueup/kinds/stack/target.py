"""A target: what a stack should run, whether it comes from git or from a release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.kinds.stack.kept import said_of
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.container import DIGEST
from trueup.model.key import Key
from trueup.model.release import Part, Release
from trueup.model.steps import Bundle

EXTENSION = "x-trueup"


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a target.

    `model` is the service as it stands in the release file; `components` names every
    input; `soft` are the components whose change does not recreate the container,
    with what is done instead (`restart`, `signal:NAME`, `ignore`); `said` is what the
    document said of the service at the time.
    """

    name: str
    digest: str
    image: str
    model: Mapping[str, Any]
    components: Mapping[str, str] = field(default_factory=dict)
    soft: Mapping[str, str] = field(default_factory=dict)
    said: ServiceSpec = field(default_factory=ServiceSpec)

    @property
    def builds(self) -> bool:
        """Whether the image is built here."""
        return bool(self.model.get("build"))

    @property
    def replicas(self) -> int:
        """How many containers the service has."""
        deploy = self.model.get("deploy") or {}
        return int(deploy.get("replicas", self.model.get("scale", 1)))

    @property
    def needs(self) -> Mapping[str, str]:
        """The services that this one waits for, with compose's condition for each."""
        needs = self.model.get("depends_on") or {}
        return {name: said.get("condition", "service_started") for name, said in needs.items()}

    @property
    def checks_health(self) -> bool:
        """Whether the compose file declares a health check."""
        check = self.model.get("healthcheck") or {}
        return bool(check.get("test")) and not check.get("disable")


@dataclass(frozen=True, slots=True)
class Target:
    """Everything a stack should run. `file` is relative to the state directory.

    `copied` are the paths of this machine that copies were made of: mounted path → original.
    `secrets` says of each secret that is used, by digest, whose it is and where it is from.
    `built_by` is the file that images are built with, where that is another one; `trial` is
    the Run whose candidate this is.
    """

    project: str
    digest: str
    revision: str
    file: str
    services: Mapping[str, Service]
    networks: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    copied: Mapping[str, str] = field(default_factory=dict)
    bundle: Bundle | None = None
    secrets: Mapping[str, Any] = field(default_factory=dict)
    built_by: str = ""
    trial: str = ""

    def release(self, adopted: Mapping[str, tuple[str, ...]]) -> Release:
        """Return what is on record once this target has been verified.

        `adopted` are the ids of containers that stand for a service without our labels.
        """
        parts = {
            name: Part(
                one.digest, one.image, components=one.components, adopted=adopted.get(name, ())
            )
            for name, one in self.services.items()
        }
        return Release(self.revision, self.digest, self.file, parts)


def from_release(release: Release, compose: Mapping[str, Any]) -> Target:
    """Return the target that a stored release file describes."""
    kept = compose.get(EXTENSION, {})
    services = {
        name: Service(
            name=name,
            digest=str(model.get("labels", {}).get(DIGEST, "")),
            image=str(model.get("image", "")),
            model=model,
            components=_components(release, name) or kept.get("components", {}).get(name, {}),
            soft=kept.get("soft", {}).get(name, {}),
            said=said_of(kept.get("said", {}).get(name, {})),
        )
        for name, model in compose["services"].items()
    }
    return Target(
        project=compose["name"],
        digest=release.digest,
        revision=release.revision,
        file=release.file,
        services=services,
        networks=host_names(compose, "networks"),
        volumes=host_names(compose, "volumes"),
        copied=kept.get("copied", {}),
        secrets=kept.get("secrets", {}),
    )


def _components(release: Release, name: str) -> Mapping[str, str]:
    return release.parts[name].components if name in release.parts else {}


def release_file(key: Key, digest: str) -> str:
    """Return the file of a release, relative to the state directory."""
    return f"releases/{key.kind}/{key.name}/{digest}.json"


def sealed_file(key: Key, digest: str) -> str:
    """Return the file of a release once it was verified; its images have tags of ours."""
    return f"releases/{key.kind}/{key.name}/{digest}.sealed.json"


def build_file(key: Key, digest: str) -> str:
    """Return the file that a candidate is built with: it reads from the work tree of a Run."""
    return f"releases/{key.kind}/{key.name}/{digest}.build.json"


def host_names(compose: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Return compose's name of each network (or volume) with the name it has on the host."""
    found = compose.get(kind) or {}
    return {
        name: str((said or {}).get("name") or f"{compose['name']}_{name}")
        for name, said in found.items()
    }
