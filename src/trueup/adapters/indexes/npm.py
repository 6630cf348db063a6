"""The npm registry: which versions of a package there are."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from trueup.adapters.indexes.fetch import Fetch
from trueup.model.repair import PackageFacts, PackageVersion

ACCEPT = "application/vnd.npm.install-v1+json, application/json;q=0.5"
NAME = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,100}/)?[A-Za-z0-9~_-][\w.~-]{0,200}")


@dataclass(frozen=True, slots=True)
class NodeRegistry:
    """Asks one registry. `own` is the one that this machine is configured with."""

    fetch: Fetch
    own: str

    def facts(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the registry has of a package; None where it does not know it."""
        if not NAME.fullmatch(name):
            return None
        base = next(iter(urls), "") or self.own
        page = self.fetch.get(f"{base.rstrip('/')}/{quote(name, safe='@')}", ACCEPT)
        return _facts(name, page.body) if page else None


def _facts(name: str, body: bytes) -> PackageFacts | None:
    try:
        said = json.loads(body)
        versions = dict(said["versions"])
        times = dict(said.get("time") or {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    found = tuple(_version(number, of, times) for number, of in versions.items())
    return PackageFacts(str(said.get("name") or name), found) if found else None


def _version(number: str, of: Any, times: dict[str, Any]) -> PackageVersion:
    engines = of.get("engines") if isinstance(of, dict) else None
    needs = engines.get("node") if isinstance(engines, dict) else ""
    return PackageVersion(number, str(needs or ""), str(times.get(number) or ""))
