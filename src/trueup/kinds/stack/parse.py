"""A Stack document that passed its schema → `StackSpec`, every default filled in.

Decides nothing and checks nothing: what is wrong with a document says the schema.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trueup.kinds.stack.spec import Checkout, Drift, Rollback, ServiceSpec, StackSpec
from trueup.model.checks import Command, Http, Log, Probed, Tcp
from trueup.model.duration import seconds
from trueup.model.kind import Terms
from trueup.model.secret import FromAge, FromEnv, FromFile, FromSops, Reference

Body = Mapping[str, Any]

DEFAULTS = StackSpec()
SERVICE_DEFAULTS = ServiceSpec()
NO_REASON = "suspended by its document"


def parse(body: Body) -> StackSpec:
    """Return what a document says. `body` is the whole document."""
    spec: Body = body.get("spec", {})
    mode, ignore = _drift(spec.get("drift", DEFAULTS.drift))
    suspended, until = _suspension(spec.get("suspend", False))
    retry: Body = spec.get("retry", {})
    return StackSpec(
        path=spec.get("path", DEFAULTS.path),
        repository=_checkout(spec.get("repository")),
        files=tuple(spec.get("files", ())),
        project=spec.get("project", DEFAULTS.project),
        profiles=tuple(spec.get("profiles", ())),
        env={name: _text(value) for name, value in _own(spec.get("env", {})).items()},
        env_files=tuple(spec.get("envFiles", ())),
        secrets={n: _reference(one) for n, one in _own(spec.get("secrets", {})).items()},
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
        requested_at=_text(spec.get("requestedAt", DEFAULTS.requested_at)),
        adopt=spec.get("adopt", DEFAULTS.adopt),
        network=spec.get("network", DEFAULTS.network),
        protected=spec.get("protected", DEFAULTS.protected),
        services={n: _service(n, one) for n, one in _own(spec.get("services", {})).items()},
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


def _own(mapping: Body) -> Body:
    """Return a mapping without the notes (x-…) that people keep in it."""
    return {name: value for name, value in mapping.items() if not name.startswith("x-")}


def _text(value: Any) -> str:
    """Return a YAML scalar as text: true, 1.5, and text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


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


def _suspension(said: Any) -> tuple[str, str]:
    if isinstance(said, bool):
        return NO_REASON if said else "", ""
    until = _utc(said["until"]) if "until" in said else ""
    return said.get("reason") or NO_REASON, until


def _utc(timestamp: str) -> str:
    """Return a time as UTC in ISO 8601; a time without a zone is UTC."""
    time = datetime.fromisoformat(timestamp)
    zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat(timespec="seconds")


def _service(name: str, said: Body) -> ServiceSpec:
    return ServiceSpec(
        verify=_checks(name, said.get("verify", ())),
        one_shot=said.get("oneShot", SERVICE_DEFAULTS.one_shot),
        rollback=Rollback(said.get("rollback", SERVICE_DEFAULTS.rollback)),
        on_change=_own(said.get("onChange", {})),
        stable=seconds(said.get("stable", SERVICE_DEFAULTS.stable)),
        protected=said.get("protected", SERVICE_DEFAULTS.protected),
    )


def _checks(service: str, said: Sequence[Body]) -> tuple[Probed, ...]:
    return tuple(_check(service, check) for check in said)


def _check(service: str, said: Body) -> Probed:
    match said:
        case {"http": http}:
            return _http(service, http)
        case {"tcp": tcp}:
            return Tcp(service, tcp.get("host", service), int(tcp["port"]))
        case {"exec": run}:
            return Command(service, tuple(run["command"]))
        case _:
            log = said["log"]
            return Log(service, log["pattern"], absent=log.get("absent", False))


def _http(service: str, said: Body) -> Http:
    value: Body = said.get("json", {})
    return Http(
        service,
        url=said["url"],
        status=int(said.get("status", 200)),
        body=said.get("body", ""),
        json_path=value.get("path", ""),
        json_value=_text(value["equals"]) if value else "",
    )
