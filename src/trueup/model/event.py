"""One thing that happened, for the log, metrics and notifications alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.model.key import Key


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with a constant name and variable values. Never carries a secret.

    `severity` is info, warning or error.
    """

    key: Key | None
    name: str
    message: str
    severity: str = "info"
    facts: Mapping[str, str] = field(default_factory=dict)
