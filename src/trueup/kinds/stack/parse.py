"""A Stack document that passed its schema → `StackSpec`, every default filled in.

Decides nothing and checks nothing: what is wrong with a document says the schema.
"""

from collections.abc import Mapping
from typing import Any

from trueup.kinds.stack.repairing import repairing
from trueup.kinds.stack.spec import Checkout, Drift, Rollback, ServiceSpec, StackSpec
from trueup.model.duration import seconds
from trueup.model.kind import Terms
from trueup.model.said import check, own, suspension, text
from trueup.model.secret import FromAge, FromEnv, FromFile, FromSops, Reference

Body = Mapping[str, Any]

DEFAULTS = StackSpec()
SERVICE_DEFAULTS = ServiceSpec()


def parse(body: Body) -> StackSpec:
    """Return what a document says. `body` is the whole document."""
    spec: Body = body.get("spec", {})
    mode, ignore = _drift(spec.get("drift", DEFAULTS.drift))
    suspended, until = suspension(spec.get("suspend", False))
    retry: Body = spec.get("retry", {})
    return StackSpec(
        path=spec.get("path", DEFAULTS.path),
        repository=_checkout(spec.get("repository")),
        files=tuple(spec.get("files", ())),
        project=spec.get("project", DEFAULTS.project),
        profiles=tuple(spec.get("profiles", ())),
        env={name: text(value) for name, value in own(spec.get("env", {})).items()},
        env_files=tuple(spec.get("envFiles", ())),
        secrets={n: _reference(one) for n, one in own(spec.get("secrets", {})).items()},
        interval=seconds(spec.get("interval", DEFAULTS.interval)),
        timeout=seconds(spec.get("timeout", DEFAULTS.timeout)),
        retry_limit=int(retry.get("limit", DEFAULTS.retry_limit)),
        retry_backoff=seconds(retry.get("backoff", DEFAULTS.retry_backoff)),
        drift=mode,
        ignore=ignore,
        prune=spec.get("prune", DEFAULTS.prune),
        delete=spec.get("deletionPolicy", "delete") == "delete",
        depends_on=tuple(spec.get("dependsOn", ())),
        suspended=suspended,
        suspended_until=until,
        requested_at=text(spec.get("requestedAt", DEFAULTS.requested_at)),
        adopt=spec.get("adopt", DEFAULTS.adopt),
        network=spec.get("network", DEFAULTS.network),
        protected=spec.get("protected", DEFAULTS.protected),
        repair=repairing(spec["repair"]) if "repair" in spec else None,
        services={n: _service(n, one) for n, one in own(spec.get("services", {})).items()},
    )


def terms(spec: StackSpec) -> Terms:
    """Return what the engine must know of a stack."""
    return Terms(
        depends_on=spec.depends_on,
        suspended=spec.suspended,
        suspended_until=spec.suspended_until,
        requested_at=spec.requested_at,
        interval=spec.interval,
        timeout=spec.timeout,
        retry_limit=spec.retry_limit,
        retry_backoff=spec.retry_backoff,
        protected=("*",) if spec.protected else _protected(spec),
        memory={
            "project": spec.project,
            "deletionPolicy": "delete" if spec.delete else "orphan",
            "dependsOn": ",".join(spec.depends_on),
            "path": spec.path,
        },
    )


def _protected(spec: StackSpec) -> tuple[str, ...]:
    return tuple(sorted(name for name, said in spec.services.items() if said.protected))


def _checkout(said: Body | None) -> Checkout | None:
    if said is None:
        return None
    return Checkout(said["url"], said.get("branch", "main"), said.get("ref", ""))


def _reference(said: Body) -> Reference:
    match said:
        case {"env": name}:
            return FromEnv(name)
        case {"file": path}:
            return FromFile(path)
        case {"sops": path}:
            return FromSops(path, said.get("key", ""))
        case _:
            return FromAge(said["age"])


def _drift(said: str | Body) -> tuple[Drift, tuple[str, ...]]:
    if isinstance(said, str):
        return Drift(said), ()
    return Drift(said.get("mode", DEFAULTS.drift)), tuple(said.get("ignore", ()))


def _service(name: str, said: Body) -> ServiceSpec:
    return ServiceSpec(
        verify=tuple(check(name, one) for one in said.get("verify", ())),
        one_shot=said.get("oneShot", SERVICE_DEFAULTS.one_shot),
        rollback=Rollback(said.get("rollback", SERVICE_DEFAULTS.rollback)),
        on_change=own(said.get("onChange", {})),
        stable=seconds(said.get("stable", SERVICE_DEFAULTS.stable)),
        protected=said.get("protected", SERVICE_DEFAULTS.protected),
    )
