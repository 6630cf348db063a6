"""What was said of a service, as it is kept with a release, and back. Pure.

A release that is brought back is verified by the checks of its own time: those that a
later document adds may be for what only the later version can do.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Command, Http, Log, Probed, Tcp

PROBES: Mapping[str, type[Probed]] = {one.__name__: one for one in (Http, Tcp, Command, Log)}


def plain(said: ServiceSpec) -> dict[str, Any]:
    """Return what verifying a service needs, as JSON values."""
    verify = [{"is": type(one).__name__, **asdict(one)} for one in said.verify]
    shield = {"protected": True} if said.protected else {}
    return {"verify": verify, "oneShot": said.one_shot, "stable": said.stable, **shield}


def said_of(kept: Mapping[str, Any]) -> ServiceSpec:
    """Return what a release file keeps; the defaults for what it does not say."""
    default = ServiceSpec()
    return ServiceSpec(
        verify=tuple(_probe(dict(one)) for one in kept.get("verify", ())),
        one_shot=kept.get("oneShot", default.one_shot),
        stable=kept.get("stable", default.stable),
        protected=kept.get("protected", default.protected),
    )


def _probe(one: dict[str, Any]) -> Probed:
    kind = PROBES[one.pop("is")]
    if "argv" in one:
        one["argv"] = tuple(one["argv"])
    return kind(**one)
