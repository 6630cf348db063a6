"""A compose file for containers that run, from what `docker inspect` says. Pure.

Writes what a container was given beyond its image and the engine's defaults, so that compose
would make the same container of it. Networks and volumes are there already, and are named as
such: whatever a later compose thinks of them, it must neither make them anew nor remove them.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from trueup.adapters.docker.given import given_of
from trueup.model.container import Container

PREFIX = "com.docker.compose."
SERVICE_NETWORK = "service:"
MODES = ("host", "none", "container:")
ANONYMOUS = 64  # the length of a volume's name that the engine made up
NUMBER = f"{PREFIX}container-number"

Model = dict[str, Any]


def reconstruct(
    containers: Sequence[Container], image_said: Callable[[str], Mapping[str, Any]]
) -> Model:
    """Return the compose model of a project's containers, environment included.

    `image_said` gives the configuration that an image brings.
    """
    groups: dict[str, list[Container]] = {}
    for one in containers:
        if one.service and not one.oneoff:
            groups.setdefault(one.service, []).append(one)
    services = {
        name: _service(sorted(group, key=_number), containers, image_said)
        for name, group in sorted(groups.items())
    }
    volumes = {name for one in containers for name in _volumes_of(one)}
    networks = {name for one in containers for name in _networks_of(one)}
    found = {
        "services": services,
        "networks": {name: {"name": name, "external": True} for name in sorted(networks)},
        "volumes": {name: {"name": name, "external": True} for name in sorted(volumes)},
    }
    return {kind: said for kind, said in found.items() if said}


def _number(one: Container) -> int:
    number = one.labels.get(NUMBER, "1")
    return int(number) if number.isdecimal() else 1


def _service(
    group: Sequence[Container],
    every: Sequence[Container],
    image_said: Callable[[str], Mapping[str, Any]],
) -> Model:
    first = group[0]
    image = image_said(first.image_id)
    model = {
        "image": str(first.inspect["Config"].get("Image") or first.image_id),
        **_name(first),
        **given_of(first, image),
        "network_mode": _network_mode(first, every),
        "networks": _networks(first),
        "volumes": list(_volumes(first, image)),
        "ports": list(_ports(first)),
        "labels": _labels(first, image),
    }
    if len(group) > 1:
        model["scale"] = len(group)
    return {field: value for field, value in model.items() if value not in (None, "", [], {})}


def _name(one: Container) -> Model:
    project = one.labels.get(f"{PREFIX}project", "")
    usual = f"{project}-{one.service}-{_number(one)}"
    return {} if one.name == usual else {"container_name": one.name}


def _labels(one: Container, image: Mapping[str, Any]) -> Model:
    brought = image.get("Labels") or {}
    return {
        name: value
        for name, value in sorted(one.labels.items())
        if not name.startswith(PREFIX) and brought.get(name) != value
    }


def _mode(one: Container) -> str:
    return str((one.inspect.get("HostConfig") or {}).get("NetworkMode") or "")


def _network_mode(one: Container, every: Sequence[Container]) -> str:
    mode = _mode(one)
    if not mode.startswith(MODES):
        return ""
    kind, _, other = mode.partition(":")
    owner = next((c for c in every if other in {c.id, c.name}), None) if other else None
    if owner is None:
        return mode
    return SERVICE_NETWORK + owner.service if owner.service else f"{kind}:{owner.name}"


def _networks_of(one: Container) -> Mapping[str, Mapping[str, Any]]:
    if _mode(one).startswith(MODES):
        return {}
    return (one.inspect.get("NetworkSettings") or {}).get("Networks") or {}


def _networks(one: Container) -> Model:
    return {name: _attached(one, said) for name, said in sorted(_networks_of(one).items())}


def _attached(one: Container, said: Mapping[str, Any]) -> Model | None:
    usual = {one.service, one.name, one.id[:12]}
    aliases = [name for name in said.get("Aliases") or () if name not in usual]
    fixed = said.get("IPAMConfig") or {}
    found = {
        "aliases": aliases,
        "ipv4_address": fixed.get("IPv4Address", ""),
        "ipv6_address": fixed.get("IPv6Address", ""),
    }
    return {field: value for field, value in found.items() if value} or None


def _mounts(one: Container) -> list[Mapping[str, Any]]:
    return sorted(one.inspect.get("Mounts") or (), key=lambda said: str(said["Destination"]))


def _volumes_of(one: Container) -> Iterator[str]:
    for mount in _mounts(one):
        if mount.get("Type") == "volume" and len(mount.get("Name", "")) != ANONYMOUS:
            yield mount["Name"]


def _volumes(one: Container, image: Mapping[str, Any]) -> Iterator[Model]:
    brought = {posixpath.normpath(path) for path in image.get("Volumes") or ()}
    for mount in _mounts(one):
        where = mount["Destination"]
        said: Model = {"type": mount["Type"], "target": where}
        if not mount.get("RW", True):
            said["read_only"] = True
        if mount["Type"] == "bind":
            yield {**said, "source": mount["Source"], **_propagation(mount)}
        elif mount["Type"] == "volume" and len(mount.get("Name", "")) != ANONYMOUS:
            yield {**said, "source": mount["Name"]}
        elif mount["Type"] == "volume" and posixpath.normpath(where) not in brought:
            yield said


def _propagation(mount: Mapping[str, Any]) -> Model:
    how = mount.get("Propagation") or ""
    return {} if how in {"", "rprivate"} else {"bind": {"propagation": how}}


def _ports(one: Container) -> Iterator[Model]:
    bindings = (one.inspect.get("HostConfig") or {}).get("PortBindings") or {}
    for inside, published in sorted(bindings.items()):
        target, _, protocol = inside.partition("/")
        for binding in published or ():
            port: Model = {"target": int(target), "protocol": protocol or "tcp"}
            port |= {"published": binding["HostPort"]} if binding.get("HostPort") else {}
            port |= {"host_ip": binding["HostIp"]} if binding.get("HostIp") else {}
            yield port
