"""What the volumes, networks, configs and secrets of a model reach for. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.kinds.stack.reach.ground import Ground
from trueup.kinds.stack.reach.need import Need

Model = Mapping[str, Any]

TOP = frozenset({"name", "version", "services", "networks", "volumes", "configs", "secrets"})
DRIVERS = frozenset({"", "bridge", "default", "null", "none", "overlay"})
BRIDGE_NAME = "com.docker.network.bridge.name"
BIND = frozenset({"", "none", "bind"})
BINDING = frozenset({"bind", "rbind", "ro", "rw"})
MEMORY = "tmpfs"


def shared_needs(model: Model, ground: Ground) -> Iterator[Need]:
    """Yield everything that is reached for beside the services."""
    for name, said in (model.get("volumes") or {}).items():
        yield from _volume(name, said or {}, ground)
    for name, said in (model.get("networks") or {}).items():
        yield from _network(name, said or {})
    for kind in ("configs", "secrets"):
        for name, said in (model.get(kind) or {}).items():
            if path := (said or {}).get("file"):
                yield from ground.file("", f"{kind}.{name}.file", str(path))
    for field, value in model.items():
        if value and field not in TOP and not field.startswith("x-"):
            yield Need("", field, "is not known to stay within the project", "fields", field)


def _volume(name: str, said: Model, ground: Ground) -> Iterator[Need]:
    here = f"volumes.{name}"
    real = str(said.get("name") or f"{ground.project}_{name}")
    if said.get("external") or real != f"{ground.project}_{name}":
        why = f"is {real}, which may be another project's"
        yield Need("", here, why, "volumes", real)
    if said.get("driver", "local") not in {"", "local", None}:
        driver = said["driver"]
        yield Need("", here, f"is made by the driver {driver}", "fields", "volumes.driver")
    elif options := said.get("driver_opts"):
        yield from _options(here, options, ground)


def _options(here: str, options: Model, ground: Ground) -> Iterator[Need]:
    """A volume of the local driver can be any mount that the kernel knows."""
    kind, device = str(options.get("type") or ""), str(options.get("device") or "")
    flags = {one for one in str(options.get("o") or "").split(",") if one}
    others = options.keys() - {"type", "device", "o", "size"}
    if kind == MEMORY and device in {"", MEMORY} and not others:
        return
    binds = kind in BIND and flags <= BINDING and flags & {"bind", "rbind"} and not others
    if binds and device.startswith("/"):
        yield from ground.mount("", f"{here}.driver_opts", device, read_only="ro" in flags)
    elif options.keys() - {"size"}:
        why = f"mounts {device or kind or 'something'} of the host or the network"
        yield Need("", f"{here}.driver_opts", why, "fields", "volumes.driver_opts")


def _network(name: str, said: Model) -> Iterator[Need]:
    here, driver = f"networks.{name}", str(said.get("driver") or "")
    if said.get("name") == "host" or driver == "host":
        why = "is the network of the host"
        yield Need("", here, why, "namespaces", "network")
    elif driver not in DRIVERS:
        yield Need("", here, f"is made by the driver {driver}", "networks", driver)
    if bridge := (said.get("driver_opts") or {}).get(BRIDGE_NAME):
        why = f"names an interface of the host, {bridge}"
        yield Need("", here, why, "networks", str(bridge))
