"""The whole examination, in an order in which later checks need what earlier ones found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.adapters.clock import SystemClock
from trueup.app.doctor.engine import about_engine
from trueup.app.doctor.finding import Finding, bad, doubtful
from trueup.app.doctor.machine import about_clock, about_disk, about_limits, about_memory
from trueup.app.doctor.networks import about_networks
from trueup.app.doctor.origins import about_sources
from trueup.app.doctor.places import about_locks, about_places, about_records
from trueup.app.doctor.power import Power, power_of
from trueup.app.doctor.programs import about_buildx, about_compose, about_git
from trueup.app.doctor.repairs import about_repairs
from trueup.app.glance import glance
from trueup.model.errors import TrueupError
from trueup.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; what could be destroyed, where that can be told."""

    findings: tuple[Finding, ...]
    power: Power | None


def examine(ask: Callable[[], Settings], context: str) -> Report:
    """Look at everything. `ask` gives the settings; without any, the rest is looked at."""
    findings: list[Finding] = []
    settings = _settings(ask, findings)
    host, cli = _tools(settings.context if settings else context)
    info = _asked("engine", host.info, findings)
    findings += _about_host(info, host, cli)
    findings += _about_machine(info, settings, local=host.endpoint.local)
    power = None
    if settings is not None:
        findings += [
            *about_places(settings),
            *about_sources(settings),
            *about_locks(settings.state),
        ]
        seen = _asked("documents", lambda: glance(settings), findings)
        if seen is not None:
            findings += about_records(seen.site, SystemClock().now())
            findings += about_repairs(settings, seen)
            power = power_of(seen, host) if info is not None else None
    host.close()
    return Report(tuple(findings), power)


def _settings(ask: Callable[[], Settings], findings: list[Finding]) -> Settings | None:
    """Return the settings; a host that has none yet can be looked at all the same."""
    try:
        return ask()
    except SettingsError as error:
        fix = "Correct what `trueup validate` names."
        findings += [bad("configuration", str(one), "", fix) for one in error.problems]
    except TrueupError as error:
        findings.append(
            doubtful("configuration", error.what, error.why, "`trueup init` writes one.")
        )
    return None


def _asked(check: str, ask: Callable[[], Any], findings: list[Finding]) -> Any:
    """Return an answer, or put on record why there is none."""
    try:
        return ask()
    except TrueupError as error:
        findings.append(bad(check, error.what, error.why, error.fix))
    return None


def _tools(context: str) -> tuple[Any, Any]:
    from trueup.adapters.docker.docker_cli import DockerCli
    from trueup.adapters.docker.endpoint import find_endpoint
    from trueup.adapters.docker.host import Host

    endpoint = find_endpoint(context)
    return Host(endpoint), DockerCli(endpoint)


def _about_host(info: Mapping[str, Any] | None, host: Any, cli: Any) -> Iterator[Finding]:
    if info is not None:
        yield from about_engine(info)
        yield about_networks(info, host.networks(), local=host.endpoint.local)
    yield from about_compose(cli)
    yield about_buildx(cli)
    yield about_git()


def _about_machine(
    info: Mapping[str, Any] | None, settings: Settings | None, *, local: bool
) -> Iterator[Finding]:
    if settings is not None:
        yield from about_disk("the state directory", settings.state)
    if info is not None and local:
        yield from about_disk("the engine", Path(str(info.get("DockerRootDir") or "/")))
    yield from about_memory()
    yield from about_clock(SystemClock().now(), info)
    yield from about_limits()
