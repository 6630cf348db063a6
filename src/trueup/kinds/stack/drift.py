"""What a container is, compared with what its service says, field by field. Pure.

Only what the release file says is compared; what the image or the engine adds is theirs.
Values of environment variables are never part of a reason: they may be secrets. What a
secret has become whose value is not known any more cannot be told, and counts as unchanged.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from trueup.kinds.stack.limits import limits_of
from trueup.kinds.stack.target import Service, Target
from trueup.model.container import ADOPTED, Container
from trueup.model.secret import tokens
from trueup.model.spelled import spelled

PREDEFINED = frozenset({"bridge", "host", "none"})
"""The engine's own networks, on which containers have no names and choose no address."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as wanted, and the sentence that says so."""

    field: str
    text: str


def differences(
    container: Container, service: Service, target: Target, ignore: Iterable[str]
) -> tuple[Difference, ...]:
    """Return every difference that the spec does not tell us to ignore."""
    return tuple(
        replace(one, text=spelled(one.text))
        for one in _all(container, service, target)
        if not ignored(f"{service.name}.{one.field}", ignore)
    )


def ignored(field: str, patterns: Iterable[str]) -> bool:
    """Whether a field such as `web.memory` matches `services.web.memory` or `*.memory`."""
    return any(fnmatchcase(field, pattern.removeprefix("services.")) for pattern in patterns)


def _all(container: Container, service: Service, target: Target) -> Iterator[Difference]:
    yield from _words(container, service)
    yield from _environment(container, service)
    yield from _limits(container, service)
    yield from _restart(container, service)
    yield from _networks(container, service, target)
    yield from _mounts(container, service, target)
    yield from _ports(container, service)


def _words(container: Container, service: Service) -> Iterator[Difference]:
    config = container.inspect.get("Config") or {}
    for field, theirs in (("command", "Cmd"), ("entrypoint", "Entrypoint")):
        wanted, found = service.model.get(field), config.get(theirs)
        if any(tokens(wanted)):
            continue
        if wanted and found is not None and list(wanted) != list(found):
            yield Difference(field, f"{field} is not what the compose file says")
    user = service.model.get("user")
    if user and not any(tokens(user)) and str(user) != config.get("User", ""):
        yield Difference("user", f"user is {config.get('User') or 'root'}, wants {user}")


def _environment(container: Container, service: Service) -> Iterator[Difference]:
    lines = (container.inspect.get("Config") or {}).get("Env") or ()
    found = dict(line.partition("=")[::2] for line in lines)
    for name, value in (service.model.get("environment") or {}).items():
        unknown = name in found and any(tokens(value))
        if value is not None and found.get(name) != str(value) and not unknown:
            verb = "differs" if name in found else "is missing"
            yield Difference(f"environment.{name}", f"environment {name} {verb}")


def _limits(container: Container, service: Service) -> Iterator[Difference]:
    host = container.inspect.get("HostConfig") or {}
    for limit in limits_of(service.model, host):
        if not limit.holds:
            found, wanted = (one if one != "" else "none" for one in (limit.found, limit.wanted))
            yield Difference(limit.field, f"{limit.name} is {found}, wants {wanted}")


def _restart(container: Container, service: Service) -> Iterator[Difference]:
    host = container.inspect.get("HostConfig") or {}
    if "deploy" in service.model and "restart_policy" in (service.model["deploy"] or {}):
        return  # compose translates swarm's words; the container is not asked about them
    wanted = str(service.model.get("restart") or "no")
    policy = host.get("RestartPolicy") or {}
    found = policy.get("Name") or "no"
    if policy.get("MaximumRetryCount"):
        found += f":{policy['MaximumRetryCount']}"
    if wanted != found:
        yield Difference("restart", f"restart policy is {found}, wants {wanted}")


def _networks(container: Container, service: Service, target: Target) -> Iterator[Difference]:
    if service.model.get("network_mode"):
        return
    used = service.model.get("networks") or {}
    wanted = {
        target.networks.get(name, f"{target.project}_{name}"): said for name, said in used.items()
    }
    found = (container.inspect.get("NetworkSettings") or {}).get("Networks") or {}
    for name in sorted(wanted.keys() - found):
        yield Difference("networks", f"is not connected to network {name}")
    for name in sorted(found.keys() - wanted):
        yield Difference("networks", f"is connected to network {name}, which nobody asked for")
    for name in sorted((wanted.keys() & found) - PREDEFINED):
        yield from _endpoint(name, found[name] or {}, service.name, wanted[name] or {})


def _endpoint(
    network: str, found: Mapping[str, Any], service: str, said: Mapping[str, Any]
) -> Iterator[Difference]:
    """Names and addresses, which a container that somebody connected again is without."""
    names = {*(found.get("Aliases") or ()), *(found.get("DNSNames") or ())}
    lost = sorted({service, *(said.get("aliases") or ())} - names)
    if lost:
        yield Difference("networks", f"has lost its alias {', '.join(lost)} on network {network}")
    own = found.get("IPAMConfig") or {}
    for word, theirs in (("ipv4_address", "IPv4Address"), ("ipv6_address", "IPv6Address")):
        wanted, has = said.get(word), own.get(theirs)
        if wanted and wanted != has:
            yield Difference("networks", f"has not its address {wanted} on network {network}")


def _mounts(container: Container, service: Service, target: Target) -> Iterator[Difference]:
    found = {
        posixpath.normpath(mount.get("Destination", "")): mount
        for mount in container.inspect.get("Mounts") or ()
    }
    for volume in service.model.get("volumes") or ():
        where = posixpath.normpath(volume["target"])
        mount = found.get(where)
        if volume["type"] not in {"bind", "volume"}:
            continue
        adopted = ADOPTED in container.labels
        if mount is None or not _same(mount, volume, target, adopted=adopted):
            yield Difference("mounts", f"the mount at {where} is not what the compose file says")


def _same(
    mount: Mapping[str, Any], volume: Mapping[str, Any], target: Target, *, adopted: bool
) -> bool:
    """Whether a mount is of the same thing. A volume without a name may be any.

    What was adopted mounts the files themselves, where the release has copies of them.
    """
    source = volume.get("source", "")
    is_bind = volume["type"] == "bind"
    wanted = source if is_bind else target.volumes.get(source, "")
    found = mount.get("Source" if is_bind else "Name")
    wanted = target.copied.get(wanted, wanted) if adopted else wanted
    writable = not volume.get("read_only", False)
    same_kind = (mount.get("Type"), mount.get("RW")) == (volume["type"], writable)
    return same_kind and wanted in {"", found}


def _ports(container: Container, service: Service) -> Iterator[Difference]:
    bindings = (container.inspect.get("HostConfig") or {}).get("PortBindings") or {}
    for port in service.model.get("ports") or ():
        published, inside = str(port.get("published", "")), f"{port['target']}/{port['protocol']}"
        hosts = {str(one.get("HostPort")) for one in bindings.get(inside) or ()}
        if published.isdigit() and published not in hosts:
            yield Difference("ports", f"port {published} is not published to {inside}")
