"""What one service of a model reaches for. Pure.

A field that is not known to be harmless needs an allowance, and so does every one that a
later version of compose may add.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.kinds.stack.reach.build import build_needs
from trueup.kinds.stack.reach.fields import CAPABILITIES, SERVICE_HARMLESS, SERVICE_JUDGED
from trueup.kinds.stack.reach.ground import Ground
from trueup.kinds.stack.reach.need import NEVER, Need

Model = Mapping[str, Any]

NAMESPACES = {
    "pid": "pid",
    "ipc": "ipc",
    "uts": "uts",
    "userns_mode": "userns",
    "cgroup": "cgroup",
    "network_mode": "network",
}
SAFE_OPTIONS = frozenset({"no-new-privileges", "no-new-privileges:true", "no-new-privileges=true"})
LOCAL_LOGS = frozenset({"", "json-file", "local", "none", "journald"})
RESERVED = ("trueup.", "com.docker.compose.")
SHARED = frozenset({"shared", "rshared", "slave", "rslave"})


def service_needs(name: str, said: Model, ground: Ground) -> Iterator[Need]:
    """Yield everything that a service reaches for."""
    here = f"services.{name}"
    yield from _rights(name, said, here)
    yield from _namespaces(name, said, here)
    yield from _devices(name, said, here)
    yield from _volumes(name, said, here, ground)
    yield from _labels(name, said, here)
    yield from _rest(name, said, here)
    if said.get("build"):
        yield from build_needs(name, said["build"], f"{here}.build", ground)


def _rights(name: str, said: Model, here: str) -> Iterator[Need]:
    if said.get("privileged"):
        yield Need(name, f"{here}.privileged", "gives it every right on the host", "privileged")
    for hook in ("post_start", "pre_stop"):
        if any(one.get("privileged") for one in said.get(hook) or ()):
            yield Need(name, f"{here}.{hook}", "runs a command with every right", "privileged")
    for capability in said.get("cap_add") or ():
        word = str(capability).upper().removeprefix("CAP_")
        if word not in CAPABILITIES:
            why = f"adds the capability {word}"
            yield Need(name, f"{here}.cap_add", why, "capabilities", word)
    for option in said.get("security_opt") or ():
        if option not in SAFE_OPTIONS:
            text = str(option).replace(":", "=", 1)
            yield Need(name, f"{here}.security_opt", f"sets {text}", "security", text)


def _namespaces(name: str, said: Model, here: str) -> Iterator[Need]:
    for field, word in NAMESPACES.items():
        value = str(said.get(field) or "")
        if value == "host":
            why = f"shares the host's {word} namespace"
            yield Need(name, f"{here}.{field}", why, "namespaces", word)
        elif value.startswith("container:"):
            why = f"joins the {word} namespace of another container"
            yield Need(name, f"{here}.{field}", why, "namespaces", f"{word}={value}")


def _devices(name: str, said: Model, here: str) -> Iterator[Need]:
    for number, device in enumerate(said.get("devices") or ()):
        path = device.get("source", "") if isinstance(device, Mapping) else str(device)
        where = f"{here}.devices[{number}]"
        yield Need(name, where, f"uses the device {path}", "devices", path.partition(":")[0])
    reserved = ((said.get("deploy") or {}).get("resources") or {}).get("reservations") or {}
    requests = [*(reserved.get("devices") or ()), *(said.get("gpus") or ())]
    for one in (*requests, *(said.get("device_requests") or ())):
        kinds = one.get("capabilities") or () if isinstance(one, Mapping) else ()
        word = "gpu" if "gpu" in kinds or one in said.get("gpus", ()) else "reserved"
        yield Need(name, f"{here}.deploy", f"uses devices ({word})", "devices", word)


def _volumes(name: str, said: Model, here: str, ground: Ground) -> Iterator[Need]:
    for number, volume in enumerate(said.get("volumes") or ()):
        place, kind = f"{here}.volumes[{number}]", volume.get("type", "")
        if kind == "bind":
            read_only = bool(volume.get("read_only"))
            path = str(volume.get("source", ""))
            yield from ground.mount(name, place, path, read_only=read_only)
        elif kind not in {"volume", "tmpfs", "image"}:
            yield Need(name, place, f"is a volume of type {kind}", "fields", f"volumes.{kind}")
        if (volume.get("bind") or {}).get("propagation") in SHARED:
            why = "passes mounts on to the host or takes them from it"
            yield Need(name, place, why, "fields", "volumes.propagation")
    for other in said.get("volumes_from") or ():
        if str(other).startswith("container:"):
            why = f"takes the volumes of {other}"
            yield Need(name, f"{here}.volumes_from", why, "fields", "volumes_from")


def _labels(name: str, said: Model, here: str) -> Iterator[Need]:
    for label in said.get("labels") or ():
        if str(label).startswith(RESERVED):
            yield Need(name, f"{here}.labels", f"sets {label}, which is reserved", NEVER)


def _rest(name: str, said: Model, here: str) -> Iterator[Need]:
    for field, value in said.items():
        known = field in SERVICE_HARMLESS or field in SERVICE_JUDGED or field.startswith("x-")
        if value not in (None, False, "", [], {}) and not known:
            why = "is not known to stay within the project"
            yield Need(name, f"{here}.{field}", why, "fields", field)
    logging = said.get("logging") or {}
    if logging.get("driver", "") not in LOCAL_LOGS and _leads_away(logging.get("options") or {}):
        why = "writes to a socket or a file of the host"
        yield Need(name, f"{here}.logging", why, "fields", "logging")


def _leads_away(options: Model) -> bool:
    return any(str(value).lstrip().startswith(("unix", "/")) for value in options.values())
