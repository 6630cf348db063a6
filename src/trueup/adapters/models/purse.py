"""What may still be spent, and what was. Says no before a call is made, not after.

Tokens are estimated before a call, on the safe side, and corrected by what the provider counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from trueup.model.errors import BudgetError
from trueup.model.provider import MILLION, Message, Provider
from trueup.model.repair import Usage

BYTES = 3
"""Of a prompt in one token. Text has about four, so that this is too few rather than too many."""
FRAME = 8
"""Tokens for what is around one message."""
LEAST = 256
"""Tokens of an answer that is worth asking for."""
FIX = "Raise `budget` in the Run, or have it need less: fewer files, a shorter instruction."


class Purse:
    """What one asking may spend. `tokens` and `cost` are None for no limit.

    `spend` is told what is spent at most before each call, and what was really spent after it.
    """

    def __init__(
        self, tokens: int | None, cost: float | None, spend: Callable[[Usage], None]
    ) -> None:
        self._tokens, self._cost, self._spend = tokens, cost, spend
        self.used = Usage()

    def longest(self, provider: Provider, sent: int) -> int:
        """Return how many tokens an answer may have, for a prompt of so many.

        Raises:
            BudgetError: not enough is left to ask at all.
        """
        room = min(provider.longest, provider.context - sent)
        room = min(room, self._tokens_left(sent), self._paid(provider, sent))
        if room >= LEAST:
            return room
        raise BudgetError(f"{provider.name} is not asked", self._why(provider, sent), FIX)

    def hold(self, most: Usage) -> None:
        """Put on record what a call will have used at most, before it is made."""
        self._spend(self.used + most)

    def pay(self, used: Usage) -> None:
        """Put on record what a call has used."""
        self.used += used
        self._spend(self.used)

    def _tokens_left(self, sent: int) -> int:
        if self._tokens is None:
            return MILLION
        return self._tokens - self.used.sent - self.used.received - sent

    def _paid(self, provider: Provider, sent: int) -> int:
        """Return how many tokens of an answer can be paid for."""
        if self._cost is None or (not provider.price_in and not provider.price_out):
            return MILLION
        left = self._cost - self.used.cost - provider.cost(sent, 0)
        if left < 0 or not provider.price_out:
            return 0 if left < 0 else MILLION
        return int(left * MILLION / provider.price_out)

    def _why(self, provider: Provider, sent: int) -> str:
        asks = f"the question has about {sent} tokens"
        if self._tokens_left(sent) < LEAST:
            left = max(0, (self._tokens or 0) - self.used.sent - self.used.received)
            return f"budget.tokens is used up: {asks}, and {left} are left"
        if self._paid(provider, sent) < LEAST:
            left_cost = max(0.0, (self._cost or 0.0) - self.used.cost)
            return f"budget.cost is used up: {asks}, and ${left_cost:.4f} is left"
        return f"{asks}, and its context holds {provider.context}"


def estimated(messages: Sequence[Message]) -> int:
    """Return how many tokens messages have, rather too many than too few."""
    return sum(len(one.content.encode()) // BYTES + FRAME for one in messages)


def at_most(provider: Provider, sent: int, longest: int) -> Usage:
    """Return what a call uses if its answer is as long as it may be."""
    return replace(provider.usage(sent, longest), seconds=0.0)
