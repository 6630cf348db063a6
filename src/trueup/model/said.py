"""What documents of several kinds say in the same words: texts, pauses, checks. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trueup.model.checks import Command, Http, Log, Probed, Tcp

Body = Mapping[str, Any]
NO_REASON = "suspended by its document"


def text(value: Any) -> str:
    """Return a YAML scalar as text: true, 1.5, and text as it is."""
    return value if isinstance(value, str) else json.dumps(value)


def own(mapping: Body) -> Body:
    """Return a mapping without the notes (x-…) that people keep in it."""
    return {name: value for name, value in mapping.items() if not name.startswith("x-")}


def suspension(said: Any) -> tuple[str, str]:
    """Return why something is suspended, and until when (UTC); empty where it is not."""
    if isinstance(said, bool):
        return NO_REASON if said else "", ""
    until = _utc(said["until"]) if "until" in said else ""
    return said.get("reason") or NO_REASON, until


def check(service: str, said: Body) -> Probed:
    """Return one check of a service."""
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
        json_value=text(value["equals"]) if value else "",
    )


def _utc(timestamp: str) -> str:
    """Return a time as UTC in ISO 8601; a time without a zone is UTC."""
    time = datetime.fromisoformat(timestamp)
    zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
    return zoned.astimezone(UTC).isoformat(timespec="seconds")
