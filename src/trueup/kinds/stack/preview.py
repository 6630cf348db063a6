"""A preview: the candidate of one service beside the live one, verified there and removed. Pure.

It has a project, a name and labels of its own, so that no look at the stack sees it, and
nobody who asks for the live service is led to it: no ports, no aliases, no labels of others.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.kinds.stack.apart import set_apart
from trueup.kinds.stack.checks import checks
from trueup.kinds.stack.digest import digest
from trueup.kinds.stack.target import EXTENSION, Service, Target, release_file
from trueup.kinds.stack.twice import may_run_twice
from trueup.model.checks import Check
from trueup.model.container import DIGEST, PREVIEW, SALT, SOURCE, STACK
from trueup.model.key import Key
from trueup.model.plan import Plan, Verdict
from trueup.model.steps import Bundle, Change, Remove, Restart, Step, Sweep, Verify

Model = Mapping[str, Any]
LEFT_OUT = frozenset(
    {
        "annotations",
        "build",
        "container_name",
        "depends_on",
        "domainname",
        "hostname",
        "links",
        "ports",
        "profiles",
        "restart",
        "scale",
    }
)
PROXIED = frozenset(
    {"VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS", "VIRTUAL_PATH", "LETSENCRYPT_HOST", "ACME_HOST"}
)
"""Variables by which proxies send requests of the live service to whoever has them.

They are made empty rather than left out, for an image may have them as well.
"""

TURNED_AWAY = {"traefik.enable": "false"}
"""Labels by which proxies leave a container alone, whatever its image says."""

ADDRESSES = frozenset({"aliases", "ipv4_address", "ipv6_address", "link_local_ips"})
SUFFIX = "preview"
ENDS = "service_completed_successfully"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a preview is made of.

    Attributes:
        run: the Run that looks at it; the plan and the containers are the Run's.
        stack: the stack whose service it is.
        origin: the source of that stack.
        target: the candidate.
        service: the name of the service.
        checks: what must hold besides what the stack says of the service.
        timeout: for how many seconds to wait for that.
        networks: the names of the networks that are on the host now.
        up: the services of the stack that run now.
    """

    run: Key
    stack: Key
    origin: str
    target: Target
    service: str
    checks: tuple[Check, ...] = ()
    timeout: float = 300.0
    networks: Collection[str] = ()
    up: Collection[str] = ()

    @property
    def alone(self) -> str:
        """Why it cannot run beside the live service; empty where it can."""
        one = self._one()
        names = (self.target.networks.get(n, n) for n in one.model.get("networks") or ())
        missing = next((name for name in names if name not in self.networks), "")
        if missing:
            return f"network {missing} is not there, so it would reach nobody"
        needed = (n for n, said in one.needs.items() if said != ENDS and n not in self.up)
        down = next(needed, "")
        return f"it needs {down}, which does not run" if down else may_run_twice(one)

    @property
    def project(self) -> str:
        """The compose project that nothing else is in."""
        return f"{self.target.project}-{SUFFIX}-{self.run.name}"

    @property
    def name(self) -> str:
        """What the service is called, so that Docker's names lead nobody else to it."""
        return f"{self.service}-{SUFFIX}"

    @property
    def file(self) -> str:
        """The compose file, relative to the state directory."""
        return release_file(self.run, self.target.digest)

    def plan(self) -> Plan:
        """Return the plan that starts, verifies and removes it; it touches nothing else."""
        one, away = self._one(), self._away()
        up = Restart(
            self.project,
            self.file,
            (Change(self.name, one.image, f"a preview of {self.stack} {self.service}"),),
            undo=away,
        )
        proof = Verify(self.project, self._checks(), self.timeout)
        return self._planned((*away, up, proof, *away), self._bundle(one))

    def put_away(self) -> Plan:
        """Return the plan that removes what is left of it; nothing may be left at all."""
        return self._planned(self._away(), None)

    def _planned(self, steps: tuple[Step, ...], bundle: Bundle | None) -> Plan:
        return Plan(
            self.run,
            Verdict.OUT_OF_SYNC,
            f"a preview of {self.stack} {self.service}, beside the live one",
            steps,
            revision=self.target.revision,
            digest=self.target.digest,
            bundle=bundle,
            origin=self.origin,
        )

    def _one(self) -> Service:
        return self.target.services[self.service]

    def _away(self) -> tuple[Remove, Sweep]:
        gone = Remove(self.project, self.name, "a preview is for one look", volumes=True)
        return gone, Sweep(self.project)

    def _checks(self) -> tuple[Check, ...]:
        every = (*self.checks, *checks(self.target))
        return set_apart(every, self.service, self._one().model, self.name)

    def _bundle(self, one: Service) -> Bundle:
        kept = self.target.bundle or Bundle(self.target.file, {})
        model = self._model(one)
        compose = {
            "name": self.project,
            "services": {self.name: model},
            "networks": dict(self._networks(model)),
            **{kind: dict(_used(kept.compose, model, kind)) for kind in ("configs", "secrets")},
            "volumes": dict(self._volumes(kept.compose, model)),
            EXTENSION: self._kept(kept.compose),
        }
        return Bundle(self.file, {k: v for k, v in compose.items() if v}, kept.copies)

    def _model(self, one: Service) -> dict[str, Any]:
        model = {field: said for field, said in one.model.items() if field not in LEFT_OUT}
        environment = model.get("environment") or {}
        networks = model.get("networks") or {}
        changed = {
            **model,
            "environment": {**environment, **dict.fromkeys(sorted(PROXIED), "")},
            "networks": {name: _without(said, ADDRESSES) for name, said in networks.items()},
            "deploy": _without(model.get("deploy"), {"mode", "replicas", "restart_policy"}),
            "labels": self._labels(one),
            "restart": "no",
            "scale": 1,
        }
        return {field: said for field, said in changed.items() if said is not None}

    def _labels(self, one: Service) -> dict[str, str]:
        salt = str((one.model.get("labels") or {}).get(SALT, ""))
        return {
            **TURNED_AWAY,
            STACK: str(self.run),
            SOURCE: self.origin,
            DIGEST: digest([one.digest, self.name], salt),
            SALT: salt,
            PREVIEW: str(self.stack),
        }

    def _networks(self, model: Model) -> Iterator[tuple[str, Any]]:
        """The live networks by their names on the host."""
        for name in model["networks"]:
            yield name, {"name": self.target.networks[name], "external": True}

    def _volumes(self, compose: Model, model: Model) -> Iterator[tuple[str, Any]]:
        """The live volumes that it reads, by their names on the host."""
        for one in model.get("volumes") or ():
            name = one.get("source") or ""
            if one.get("type") == "volume" and name in (compose.get("volumes") or {}):
                yield name, {"name": self.target.volumes[name], "external": True}

    def _kept(self, compose: Model) -> dict[str, Any]:
        """What carrying out needs of what was kept with the release, and no more."""
        kept = compose.get(EXTENSION) or {}
        fields = ("directory", "copied", "secrets")
        return {field: kept[field] for field in fields if field in kept}


def _used(compose: Model, model: Model, kind: str) -> Iterator[tuple[str, Any]]:
    for use in model.get(kind) or ():
        name = use["source"]
        yield name, (compose.get(kind) or {}).get(name)


def _without(said: Any, fields: Collection[str]) -> dict[str, Any] | None:
    left = {name: value for name, value in (said or {}).items() if name not in fields}
    return left or None
