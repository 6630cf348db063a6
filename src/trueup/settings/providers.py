"""The models that may be asked: what `trueup.yaml` says, over what is known of usual providers.

Reads no secret; says only where each is.
"""

import json
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from trueup.model.duration import seconds
from trueup.model.provider import Provider
from trueup.settings.fields import Body, Fields, below, values
from trueup.settings.values import HeaderSettings, ProviderSettings, Secret

Place = tuple[str | int, ...]
Wrong = tuple[Place, str, str]


@cache
def known() -> Mapping[str, Body]:
    """Return what is known of usual providers, by name."""
    said = pkgutil.get_data("trueup.settings", "known_providers.json") or b"{}"
    found: Mapping[str, Body] = json.loads(said)
    return found


def providers(folder: Path, body: Body) -> tuple[ProviderSettings, ...]:
    """Return the providers in the order in which they are asked."""
    found = {said["name"]: _provider(folder, said) for said in body.get("providers", ())}
    order = body.get("models", {}).get("order", list(found))
    return tuple(found[name] for name in order)


def wrong(body: Body) -> Iterator[Wrong]:
    """Yield what a schema cannot see: names twice or not there, and what is missing in the end."""
    names: list[str] = []
    for at, said in enumerate(body.get("providers", ())):
        if said["name"] in names:
            reason = f"another provider has the name {said['name']} too"
            yield ("providers", at, "name"), reason, "Give it a name of its own, and `like`."
        names.append(said["name"])
        yield from _missing(said, at)
    for at, name in enumerate(body.get("models", {}).get("order", ())):
        if name not in names:
            reason = f"there is no provider {name}"
            yield ("models", "order", at), reason, "Add it to `providers`, or correct the name."


def _missing(said: Body, at: int) -> Iterator[Wrong]:
    like = said.get("like", said["name"])
    if "like" in said and like not in known():
        reason = f"nothing is known of a provider {like}"
        yield ("providers", at, "like"), reason, f"Known are {', '.join(sorted(known()))}."
        return
    full = {**known().get(like, {}), **said}
    if not {"baseUrl", "answers"} & full.keys():
        fix = f"Say it, or `like` one of {', '.join(sorted(known()))}."
        yield ("providers", at, "baseUrl"), "the field is missing", fix
    if "model" not in full:
        fix = "Say which model answers, as the provider calls it."
        yield ("providers", at, "model"), "the field is missing", fix


def _provider(folder: Path, said: Body) -> ProviderSettings:
    usual = known().get(said.get("like", said["name"]), {})
    headers = {**usual.get("headers", {}), **said.get("headers", {})}
    full = {**usual, **said}
    answers = str(below(folder, full["answers"])) if "answers" in full else ""
    prices: Body = full.get("prices", {})
    return ProviderSettings(
        Provider(
            base_url=full.get("baseUrl", ""),
            answers=answers,
            price_in=float(prices.get("in", 0)),
            price_out=float(prices.get("out", 0)),
            **values(full, FIELDS),
            **_renamed(full),
        ),
        _secret(folder, full["key"]) if full.get("key") else None,
        {name: _header(folder, one) for name, one in headers.items()},
    )


def _renamed(full: Body) -> dict[str, Any]:
    said = {ours: full[theirs] for theirs, ours in NAMES.items() if theirs in full}
    return {**said, **values(full.get("limits", {}), LIMITS)}


def _header(folder: Path, said: str | Body) -> HeaderSettings:
    if isinstance(said, str):
        return HeaderSettings(said)
    return HeaderSettings(said.get("prefix", ""), _secret(folder, said))


def _secret(folder: Path, said: Body) -> Secret:
    file = str(below(folder, said["file"])) if "file" in said else ""
    return Secret(said.get("env", ""), file)


FIELDS: Fields = {
    "name": str,
    "model": str,
    "tokenField": str,
    "jsonMode": str,
    "temperature": float,
    "timeout": seconds,
    "proxy": str,
}
NAMES = {"contextTokens": "context", "answerTokens": "longest"}
LIMITS: Fields = {"perMinute": int, "concurrent": int}
