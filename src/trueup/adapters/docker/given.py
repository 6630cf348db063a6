"""What a container was given beyond its image and the engine's defaults, in compose's words.

Pure. Everything about the container itself; its name, mounts, networks and ports are told
elsewhere.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.model.container import Container

Said = Mapping[str, Any]
Model = dict[str, Any]

NANO = 1_000_000_000
MILLI = 1_000_000
USUAL_SHM = 64 * 1024 * 1024
USUAL: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "privileged": ("Privileged", (False,)),
    "cap_add": ("CapAdd", ()),
    "cap_drop": ("CapDrop", ()),
    "read_only": ("ReadonlyRootfs", (False,)),
    "init": ("Init", ()),
    "shm_size": ("ShmSize", (USUAL_SHM,)),
    "mem_limit": ("Memory", ()),
    "mem_reservation": ("MemoryReservation", ()),
    "mem_swappiness": ("MemorySwappiness", (-1,)),
    "cpu_shares": ("CpuShares", ()),
    "cpu_quota": ("CpuQuota", ()),
    "cpu_period": ("CpuPeriod", ()),
    "cpuset": ("CpusetCpus", ()),
    "pids_limit": ("PidsLimit", (-1,)),
    "oom_score_adj": ("OomScoreAdj", ()),
    "oom_kill_disable": ("OomKillDisable", (False,)),
    "dns": ("Dns", ()),
    "dns_search": ("DnsSearch", ()),
    "dns_opt": ("DnsOptions", ()),
    "extra_hosts": ("ExtraHosts", ()),
    "group_add": ("GroupAdd", ()),
    "security_opt": ("SecurityOpt", ()),
    "sysctls": ("Sysctls", ()),
    "pid": ("PidMode", ()),
    "ipc": ("IpcMode", ("private", "shareable")),
    "uts": ("UTSMode", ()),
    "userns_mode": ("UsernsMode", ()),
    "cgroup_parent": ("CgroupParent", ()),
    "runtime": ("Runtime", ("runc",)),
}
"""Compose's word → the engine's, and what it says where nothing was asked for."""

OWN = (("user", "User"), ("working_dir", "WorkingDir"), ("stop_signal", "StopSignal"))
"""What an image may bring as well: compose's word and the engine's."""


def given_of(one: Container, image: Said) -> Model:
    """Return what a container was given. `image` is the configuration that its image brings."""
    config: Said = one.inspect.get("Config") or {}
    host: Said = one.inspect.get("HostConfig") or {}
    return {
        **dict(_plain(host)),
        **_words(config, image),
        **_named(one, config),
        **{
            word: config.get(theirs)
            for word, theirs in OWN
            if config.get(theirs) != image.get(theirs)
        },
        "environment": dict(_environment(config, image)),
        "healthcheck": _health(config.get("Healthcheck"), image.get("Healthcheck")),
        "restart": _restart(host.get("RestartPolicy") or {}),
        "cpus": (host.get("NanoCpus") or 0) / NANO or None,
        "memswap_limit": _swap(host),
        "tmpfs": [f"{p}:{o}" if o else p for p, o in sorted((host.get("Tmpfs") or {}).items())],
        "devices": [_device(said) for said in host.get("Devices") or ()],
        "ulimits": {u["Name"]: {"soft": u["Soft"], "hard": u["Hard"]} for u in _limits(host)},
        "logging": _logging(host.get("LogConfig") or {}),
    }


def _plain(host: Said) -> Iterator[tuple[str, Any]]:
    for word, (theirs, usual) in USUAL.items():
        value = host.get(theirs)
        if value not in (None, "", 0, [], {}, *usual):
            yield word, value


def _words(config: Said, image: Said) -> Model:
    """Command and entrypoint. An entrypoint of one's own takes the image's command away."""
    entrypoint, command = config.get("Entrypoint"), config.get("Cmd")
    found: Model = {}
    own = entrypoint != image.get("Entrypoint")
    if own:
        found["entrypoint"] = entrypoint or [""]
    if command and (own or command != image.get("Cmd")):
        found["command"] = command
    return found


def _named(one: Container, config: Said) -> Model:
    host = config.get("Hostname", "")
    mode = str((one.inspect.get("HostConfig") or {}).get("NetworkMode") or "")
    borrowed = one.id.startswith(host) or mode.startswith(("host", "container:"))
    return {
        "hostname": "" if borrowed else host,
        "domainname": config.get("Domainname", ""),
        "tty": config.get("Tty") or None,
        "stdin_open": config.get("OpenStdin") or None,
        "stop_grace_period": f"{config['StopTimeout']}s" if config.get("StopTimeout") else "",
    }


def _environment(config: Said, image: Said) -> Iterator[tuple[str, str]]:
    brought = set(image.get("Env") or ())
    for line in config.get("Env") or ():
        name, equals, value = line.partition("=")
        if line not in brought and equals:
            yield name, value


def _health(said: Said | None, brought: Said | None) -> Model:
    if not said or said == brought:
        return {}
    test = list(said.get("Test") or ())
    if test == ["NONE"]:
        return {"disable": True}
    times = {
        "interval": "Interval",
        "timeout": "Timeout",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
    }
    found = {
        word: f"{said[theirs] // MILLI}ms" for word, theirs in times.items() if said.get(theirs)
    }
    retries = {"retries": said["Retries"]} if said.get("Retries") else {}
    return {"test": test, **found, **retries}


def _restart(policy: Said) -> str:
    name, times = str(policy.get("Name") or "no"), policy.get("MaximumRetryCount")
    return "" if name == "no" else f"{name}:{times}" if times else name


def _swap(host: Said) -> int | None:
    """The engine allows as much swap as memory where nobody said anything."""
    swap, memory = host.get("MemorySwap") or 0, host.get("Memory") or 0
    return None if swap in {0, 2 * memory} else int(swap)


def _device(said: Said) -> str:
    return ":".join((said["PathOnHost"], said["PathInContainer"], said["CgroupPermissions"]))


def _limits(host: Said) -> list[Said]:
    return sorted(host.get("Ulimits") or (), key=lambda one: str(one["Name"]))


def _logging(said: Said) -> Model:
    driver, options = said.get("Type") or "json-file", said.get("Config") or {}
    if driver == "json-file" and not options:
        return {}
    return {"driver": driver, "options": options} if options else {"driver": driver}
