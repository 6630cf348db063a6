"""Somebody who answers questions: a model behind an HTTP API, or a folder of recorded answers.

What differs between providers is data here. Secrets are not among it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from trueup.model.repair import Usage

MILLION = 1_000_000
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Provider:
    """How one model is reached, and within which limits.

    Attributes:
        base_url: what `/chat/completions` is appended to; empty for recorded answers.
        answers: the folder of recorded answers; empty for a model.
        token_field: the field that limits the length of an answer.
        json_mode: how an answer in JSON is demanded: none, object or schema.
        temperature: None for the model's own.
        price_in: US dollars for a million tokens sent, and `price_out` received.
        per_minute: how many requests a minute may have; 0 for any number.
        concurrent: how many requests may be under way at once.
        timeout: seconds until an answer must have come in whole.
        context: tokens that fit, prompt and answer together.
        longest: tokens that an answer may have at most.
        proxy: the address of an HTTP proxy; empty for none, whatever the environment says.
    """

    name: str
    base_url: str
    model: str
    answers: str = ""
    token_field: str = "max_tokens"  # noqa: S105 - a name of a field
    json_mode: str = "none"
    temperature: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    per_minute: int = 0
    concurrent: int = 4
    timeout: float = 120.0
    context: int = 128_000
    longest: int = 8_000
    proxy: str = ""

    def cost(self, sent: int, received: int) -> float:
        """Return what tokens cost, in US dollars."""
        return (sent * self.price_in + received * self.price_out) / MILLION

    def usage(self, sent: int, received: int, seconds: float = 0.0) -> Usage:
        """Return what one call has used."""
        return Usage(1, sent, received, self.cost(sent, received), seconds)


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent to a model.

    Attributes:
        session: whose work it is, such as `Run/fix-api`; headers may name it.
        path: which part of that work, such as `/patch/1`.
        schema: what the answer has to be valid by; None for plain text.
        token: the random word that fences data; recorded answers do not depend on it.
    """

    messages: Sequence[Message]
    session: str = ""
    path: str = ""
    schema: Mapping[str, Any] | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was answered, by whom, and what it used. A text that is not `whole` was cut off."""

    text: str
    provider: str
    model: str
    usage: Usage = field(default_factory=Usage)
    whole: bool = True
