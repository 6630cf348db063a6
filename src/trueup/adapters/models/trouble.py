"""What can go wrong with a call, by what follows: ask again, ask another, or tell a person."""

import email.utils
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

from trueup.model.errors import ToolError, TransientError
from trueup.model.provider import Provider

PASSING = frozenset({408, 425, 429})
SHOWN = 300


class BusyError(TransientError):
    """It does not answer now.

    `after` is when it may, in seconds, as far as it says; `worked` whether it may have worked
    on an answer all the same, and may want to be paid for it.
    """

    def __init__(
        self, provider: Provider, why: str, *, after: float | None = None, worked: bool = False
    ) -> None:
        super().__init__(f"{provider.name} does not answer", why, "It is tried again later.")
        self.after, self.worked = after, worked


class RefusedError(ToolError):
    """It refuses, and has worked on nothing."""

    worked = False


def passes(status: int) -> bool:
    """Whether a status is no verdict on the request."""
    return status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def refused(provider: Provider, status: int, said: str) -> RefusedError:
    """Return the error for an answer that will be the same the next time."""
    why = f"HTTP {status}{': ' + ' '.join(said.split())[:SHOWN] if said.strip() else ''}"
    return RefusedError(f"{provider.name} refuses to answer", why, _remedy(provider, status))


def _remedy(provider: Provider, status: int) -> str:
    match status:
        case 401 | 403:
            return f"Look at the key of provider {provider.name}: trueup.yaml says where it is."
        case 402:
            return f"Pay what {provider.name} asks for, or name another provider first."
        case 404:
            return f"Look at baseUrl and model of provider {provider.name} in trueup.yaml."
        case _:
            return (
                f"Look at model, tokenField and jsonMode of provider {provider.name} "
                "in trueup.yaml."
            )


def pause(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return after how many seconds to ask again, as far as an answer says it."""
    with suppress(ValueError):
        return max(0.0, float(headers.get("retry-after-ms", "")) / 1000)
    said = headers.get("retry-after", "").strip()
    with suppress(ValueError):
        return max(0.0, float(said))
    with suppress(ValueError, TypeError):
        due = email.utils.parsedate_to_datetime(said)
        due = due if due.tzinfo else due.replace(tzinfo=UTC)
        return max(0.0, (due - (now or datetime.now(UTC))).total_seconds())
    return None
