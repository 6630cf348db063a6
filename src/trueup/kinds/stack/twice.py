"""Whether a second container of a service may run beside the live one, for a while. Pure.

Two of them must not meet: in data, in a namespace, or at hardware. What only names a place
on the host, such as a port, is no reason: a preview has none.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.kinds.stack.target import Service

Model = Mapping[str, Any]
SPACES = ("network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup")
ALONE = frozenset({"", "none", "private", "shareable"})
"""What a namespace may be that nobody else is in."""

HARDWARE = ("privileged", "devices", "device_cgroup_rules", "gpus", "cgroup_parent")
OTHERS = ("volumes_from", "external_links", "provider", "credential_spec")
HARMLESS = frozenset({"bind", "tmpfs", "volume"})


def may_run_twice(service: Service) -> str:
    """Return why a service must not run twice at a time; empty where it may."""
    return next(_reasons(service), "")


def _reasons(service: Service) -> Iterator[str]:
    model = service.model
    if service.said.one_shot:
        yield "it does its work once, and ends"
    if service.replicas < 1:
        yield "it is scaled to nothing"
    for field in SPACES:
        said = str(model.get(field) or "")
        if said not in ALONE:
            yield f"its {field} is {said}"
    for field in (*HARDWARE, *OTHERS):
        if model.get(field):
            yield f"it has {field}"
    for judge in (_deploy, _addresses, _links, _data):
        yield from judge(model)


def _deploy(model: Model) -> Iterator[str]:
    deploy = model.get("deploy") or {}
    if deploy.get("mode") in {"global", "global-job", "replicated-job"}:
        yield f"its deploy.mode is {deploy['mode']}"
    if ((deploy.get("resources") or {}).get("reservations") or {}).get("devices"):
        yield "it has reserved devices"


def _addresses(model: Model) -> Iterator[str]:
    networks = [said or {} for said in (model.get("networks") or {}).values()]
    if model.get("mac_address") or any(one.get("mac_address") for one in networks):
        yield "it has a MAC address of its own"


def _links(model: Model) -> Iterator[str]:
    for link in model.get("links") or ():
        name, _, other = str(link).partition(":")
        if other not in {"", name}:
            yield f"it is linked to {name} as {other}"


def _data(model: Model) -> Iterator[str]:
    for one in model.get("volumes") or ():
        kind, read_only = one.get("type"), bool(one.get("read_only"))
        if kind not in HARMLESS:
            yield f"it mounts a {kind}"
        elif kind == "volume" and one.get("source") and not read_only:
            yield f"it writes to volume {one['source']}"
        elif kind == "bind" and not read_only:
            yield f"it writes to {one.get('target')}"
