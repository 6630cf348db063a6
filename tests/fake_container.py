"""One container of the fake host: what it was made of, and what it does as time goes by."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

GAP = 1.0  # seconds between an end and Docker's next start of a container


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a container does once it is started. Times are seconds after the start.

    It ends with `exit_code` (None: it runs for ever) after `lives`. Where it has a health
    check, that says `healthy` after `healthy_after`. `answers` are what probes get to know
    (check as text, or `*` → why it does not hold), and `says` is what it logs.
    """

    exit_code: int | None = None
    lives: float = 0.0
    healthy: bool = True
    healthy_after: float = 0.0
    answers: Mapping[str, str] = field(default_factory=dict)
    says: str = ""


RUNS = Behaviour()
CRASHES = Behaviour(exit_code=1)
COMPLETES = Behaviour(exit_code=0)
UNHEALTHY = Behaviour(healthy=False)


@dataclass(slots=True)
class FakeContainer:
    """A container with the state it has at a time. `halted` is set while it does not run."""

    id: str
    name: str
    image: str
    image_id: str
    config: dict[str, Any]
    host: dict[str, Any]
    networks: dict[str, str]
    endpoints: dict[str, dict[str, Any]]
    mounts: list[dict[str, Any]]
    made_of: str
    behaviour: Behaviour = RUNS
    started: float | None = None
    halted: str = "created"
    exit_code: int = 0
    error: str = ""
    restarts: int = 0
    log: list[tuple[float, str]] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.config["Labels"]
        return labels

    def start(self, now: float) -> None:
        self.started, self.halted, self.exit_code, self.error = now, "", 0, ""
        self.log += [(now, line) for line in self.behaviour.says.splitlines()]

    def halt(self, now: float, state: str, code: int = 0) -> None:
        if state == "exited":
            self.restarts = self.count(now)
        self.halted, self.exit_code = state, code

    def state(self, now: float) -> str:
        if self.halted or self.started is None:
            return self.halted
        if not self._ended(now):
            return "running"
        if not self._again(now):
            return "exited"
        phase = (now - self.started) % (self.behaviour.lives + GAP)
        return "running" if phase < self.behaviour.lives else "restarting"

    def code(self, now: float) -> int:
        if self.halted or not self._ended(now):
            return self.exit_code
        return self.behaviour.exit_code or 0

    def count(self, now: float) -> int:
        if self.halted or self.started is None or not self._loops():
            return self.restarts
        times = int((now - self.started) // (self.behaviour.lives + GAP))
        return self.restarts + min(times, self._most())

    def health(self, now: float) -> str:
        test = (self.config.get("Healthcheck") or {}).get("Test")
        if not test or test == ["NONE"]:
            return "none"
        if self.started is None or now - self.started < self.behaviour.healthy_after:
            return "starting"
        return "healthy" if self.behaviour.healthy else "unhealthy"

    def begun(self, now: float) -> float | None:
        """Return when its present life began."""
        if self.started is None or self.halted:
            return self.started
        return self.started + (self.count(now) - self.restarts) * (self.behaviour.lives + GAP)

    def _ended(self, now: float) -> bool:
        return (
            self.behaviour.exit_code is not None
            and self.started is not None
            and now - self.started >= self.behaviour.lives
        )

    def _loops(self) -> bool:
        policy = self.host["RestartPolicy"]["Name"]
        failed = self.behaviour.exit_code not in {None, 0}
        ends = self.behaviour.exit_code is not None
        return ends and (
            policy in {"always", "unless-stopped"} or (policy == "on-failure" and failed)
        )

    def _again(self, now: float) -> bool:
        return self._loops() and self.count(now) - self.restarts < self._most()

    def _most(self) -> int:
        return self.host["RestartPolicy"]["MaximumRetryCount"] or 10**9

    def renamed(self, name: str) -> "FakeContainer":
        return replace(self, name=name)


def made_from(
    compose: Mapping[str, Any], service: str, number: int, image_id: str, unique: str
) -> FakeContainer:
    """Return the container that compose makes of a service, not started yet."""
    project, model = compose["name"], compose["services"][service]
    hashed = hash_of(model)
    return FakeContainer(
        id=hashlib.sha256(unique.encode()).hexdigest(),
        name=model.get("container_name") or f"{project}-{service}-{number}",
        image=model["image"],
        image_id=image_id,
        config=_config(model, _labels(project, service, number, hashed, model)),
        host=_host(model),
        networks=dict(_networks(compose, model, unique)),
        endpoints=dict(_endpoints(compose, service, number)),
        mounts=list(_mounts(compose, model)),
        made_of=hashed,
    )


def hash_of(model: Mapping[str, Any]) -> str:
    """Return what compose decides by whether a container is still the right one."""
    left_out = {"build", "pull_policy", "scale"}
    said = {key: value for key, value in model.items() if key not in left_out}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def inspect_of(one: FakeContainer, now: float, moment: str) -> dict[str, Any]:
    """Return the container as `docker inspect` shows it."""
    state = one.state(now)
    shown: dict[str, Any] = {
        "Status": state,
        "Running": state in {"running", "paused", "restarting"},
        "Paused": state == "paused",
        "Restarting": state == "restarting",
        "ExitCode": one.code(now),
        "Error": one.error,
        "StartedAt": moment,
    }
    if one.health(now) != "none":
        shown["Health"] = {"Status": one.health(now)}
    addresses = one.networks if state in {"running", "paused"} else dict.fromkeys(one.networks, "")
    return {
        "Id": one.id,
        "Name": f"/{one.name}",
        "Image": one.image_id,
        "RestartCount": one.count(now),
        "State": shown,
        "Config": {**one.config, "Image": one.image},
        "HostConfig": one.host,
        "Mounts": one.mounts,
        "NetworkSettings": {
            "Networks": {
                name: {"IPAddress": address, "IPPrefixLen": 16, **one.endpoints.get(name, {})}
                for name, address in addresses.items()
            }
        },
    }


def _labels(
    project: str, service: str, number: int, hashed: str, model: Mapping[str, Any]
) -> dict[str, str]:
    return {
        **(model.get("labels") or {}),
        "com.docker.compose.project": project,
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": str(number),
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.config-hash": hashed,
    }


def _config(model: Mapping[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    said = model.get("environment") or {}
    return {
        # A variable without a value is listed without `=`; the container does not have it.
        "Env": [*(k if v is None else f"{k}={v}" for k, v in said.items()), "PATH=/bin"],
        "Cmd": model.get("command"),
        "Entrypoint": model.get("entrypoint"),
        "User": str(model.get("user") or ""),
        "Tty": bool(model.get("tty")),
        "Healthcheck": {"Test": (model.get("healthcheck") or {}).get("test")},
        "Labels": labels,
    }


def _host(model: Mapping[str, Any]) -> dict[str, Any]:
    resources = (model.get("deploy") or {}).get("resources") or {}
    limits, reserved = resources.get("limits") or {}, resources.get("reservations") or {}
    memory = int(model.get("mem_limit") or limits.get("memory") or 0)
    policy, _, times = str(model.get("restart") or "no").partition(":")
    return {
        "Memory": memory,
        "MemorySwap": int(model.get("memswap_limit") or 2 * memory),
        "MemoryReservation": int(model.get("mem_reservation") or reserved.get("memory") or 0),
        "CpuShares": int(model.get("cpu_shares") or 0),
        "CpuQuota": int(model.get("cpu_quota") or 0),
        "CpuPeriod": int(model.get("cpu_period") or 0),
        "CpusetCpus": str(model.get("cpuset") or ""),
        "NanoCpus": round(float(model.get("cpus") or limits.get("cpus") or 0) * 1e9),
        "PidsLimit": int(model.get("pids_limit") or limits.get("pids") or 0) or None,
        "RestartPolicy": {"Name": policy, "MaximumRetryCount": int(times or 0)},
        "NetworkMode": model.get("network_mode") or "default",
        "PortBindings": _ports(model),
    }


def _ports(model: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in model.get("ports") or ():
        inside = f"{port['target']}/{port.get('protocol', 'tcp')}"
        outside = {"HostIp": port.get("host_ip", ""), "HostPort": str(port.get("published", ""))}
        bindings.setdefault(inside, []).append(outside)
    return bindings


def _networks(
    compose: Mapping[str, Any], model: Mapping[str, Any], unique: str
) -> Iterator[tuple[str, str]]:
    if model.get("network_mode"):
        return
    digest = hashlib.sha256(unique.encode()).digest()
    for key in model.get("networks") or ("default",):
        yield _network(compose, key), f"172.30.{digest[0]}.{digest[1]}"


def _endpoints(
    compose: Mapping[str, Any], service: str, number: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    model = compose["services"][service]
    own = model.get("container_name") or f"{compose['name']}-{service}-{number}"
    for key, said in (model.get("networks") or {"default": None}).items():
        aliases = [own, service, *((said or {}).get("aliases") or ())]
        address = (said or {}).get("ipv4_address")
        config = {"IPv4Address": address} if address else None
        yield _network(compose, key), {"Aliases": aliases, "IPAMConfig": config}


def _network(compose: Mapping[str, Any], key: str) -> str:
    said = (compose.get("networks") or {}).get(key) or {}
    return str(said.get("name") or f"{compose['name']}_{key}")


def _mounts(compose: Mapping[str, Any], model: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for volume in model.get("volumes") or ():
        mount = {"Type": volume["type"], "Destination": volume["target"]}
        mount["RW"] = not volume.get("read_only", False)
        if volume["type"] == "volume":
            said = (compose.get("volumes") or {}).get(volume.get("source")) or {}
            mount["Name"] = said.get("name") or f"{compose['name']}_{volume.get('source')}"
        elif volume["type"] == "bind":
            mount["Source"] = volume["source"]
        yield mount
