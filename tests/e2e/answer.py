"""A status file as a test reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class Loader(yaml.SafeLoader):
    """Reads times as text."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status file as a test reads it. `body` is everything below `status`."""

    summary: str
    body: Mapping[str, Any]

    @property
    def sync(self) -> str:
        """Synced, OutOfSync or Unknown."""
        return str(self.body.get("sync", ""))

    @property
    def health(self) -> str:
        """Healthy, Degraded, and so on."""
        return str(self.body.get("health", ""))

    @property
    def ready(self) -> str:
        """True, False or Unknown; empty where it was not said yet."""
        return self.condition("Ready").get("status", "")

    @property
    def reason(self) -> str:
        """The reason of the Ready condition."""
        return self.condition("Ready").get("reason", "")

    @property
    def message(self) -> str:
        """The message of the Ready condition."""
        return self.condition("Ready").get("message", "")

    @property
    def applied(self) -> str:
        """The digest of the last verified release; empty for none."""
        return str((self.body.get("applied") or {}).get("digest", ""))

    @property
    def quarantined(self) -> str:
        """The digest that failed; empty for none."""
        return str((self.body.get("quarantine") or {}).get("digest", ""))

    @property
    def step(self) -> int:
        """The number of the step under way; 0 for none."""
        return int((self.body.get("journal") or {}).get("number", 0))

    @property
    def results(self) -> list[str]:
        """What the history says, latest first."""
        return [str(one["result"]) for one in self.body.get("history") or ()]

    def condition(self, name: str) -> Mapping[str, str]:
        """Return a condition; empty where there is none."""
        said: list[Mapping[str, str]] = self.body.get("conditions") or []
        return next((one for one in said if one["type"] == name), {})

    def reasons(self, service: str) -> list[str]:
        """Return why something was, or was not, done about a service."""
        return list((self.body.get("services") or {}).get(service, {}).get("reasons") or ())


def read(path: Path) -> Answer:
    """Return what a status file says; an empty answer where there is none."""
    try:
        said = yaml.load(path.read_text(), Loader)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        return Answer("", {})
    return Answer(said["summary"], said["status"])
