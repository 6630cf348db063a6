"""The checks of a service as they are for a preview of it, which has a name of its own. Pure.

What can only be asked of the live one is left out: it would be no proof of the candidate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, assert_never
from urllib.parse import SplitResult, urlsplit

from trueup.model.checks import Check, Command, Completed, Healthy, Http, Log, Stable, Tcp

HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared only
USUAL = {"http": 80, "https": 443}


def set_apart(
    checks: Iterable[Check], service: str, model: Mapping[str, Any], name: str
) -> tuple[Check, ...]:
    """Return the checks of one service, asked of the container that is called `name`."""
    mine = (one for one in checks if one.service == service)
    found = (_apart(one, model, name) for one in mine)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _apart(check: Check, model: Mapping[str, Any], name: str) -> Check | None:
    match check:
        case Http():
            return _http(check, model, name)
        case Tcp():
            port = _port(check.service, check.host, check.port, model)
            return replace(check, service=name, host=name, port=port) if port else None
        case Healthy() | Stable() | Command() | Log():
            return replace(check, service=name)
        case Completed():
            return None
        case _:
            assert_never(check)


def _http(check: Http, model: Mapping[str, Any], name: str) -> Http | None:
    url = urlsplit(check.url)
    usual = USUAL.get(url.scheme, 0)
    port = _port(check.service, url.hostname or "", url.port or usual, model)
    if not port:
        return None
    said = name if port == usual else f"{name}:{port}"
    return replace(check, service=name, url=url._replace(netloc=_who(url) + said).geturl())


def _who(url: SplitResult) -> str:
    return f"{url.netloc.rpartition('@')[0]}@" if "@" in url.netloc else ""


def _port(service: str, host: str, port: int, model: Mapping[str, Any]) -> int:
    """Return the port of the container that an address leads to; 0 where it leads elsewhere."""
    if host in {service, model.get("container_name")}:
        return port
    if host not in HERE:
        return 0
    published = {str(one.get("published")): one.get("target") for one in model.get("ports") or ()}
    return int(published.get(str(port)) or 0)
