"""The configured models: each asked patiently, and the next one where one does not answer.

Counts and limits every call. What is asked and what an answer is good for it does not know.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trueup.adapters.models.chat import Access, Reply, Stop, call
from trueup.adapters.models.purse import BYTES, Purse, at_most, estimated
from trueup.adapters.models.scripted import recorded
from trueup.adapters.models.trouble import BusyError
from trueup.adapters.models.turnstile import Turnstile
from trueup.model.errors import (
    BudgetError,
    SpecError,
    SupersededError,
    ToolError,
    TransientError,
    TrueupError,
)
from trueup.model.provider import Heard, Message, Provider, Question
from trueup.model.redaction import mask
from trueup.model.repair import Usage

FIRST, LONGEST = 1.0, 20.0
PATIENCE = 30.0
"""Seconds that are waited in all for one provider to answer again, before the next is asked."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One provider, what opens it, and who may ask it when.

    `access` is called with a question for each call, so that a key is read when it is needed.
    """

    provider: Provider
    access: Callable[[Question], Access]
    turnstile: Turnstile


@dataclass(frozen=True, slots=True)
class Models:
    """Providers in the order in which they are asked."""

    voices: Sequence[Voice]
    stop: Stop
    patience: float = PATIENCE

    def __bool__(self) -> bool:
        return bool(self.voices)

    def named(self, name: str) -> "Models":
        """Return only the provider of a name; all of them for none.

        Raises:
            SpecError: there is none of that name.
        """
        found = [one for one in self.voices if name in {"", one.provider.name}]
        if found:
            return replace(self, voices=tuple(found))
        known = ", ".join(one.provider.name for one in self.voices) or "none"
        what = f"there is no provider {name}" if name else "no provider is configured"
        fix = "Add it to `providers` in trueup.yaml, or correct the name."
        raise SpecError(what, f"trueup.yaml names {known}", fix)

    def answer(self, question: Question, purse: Purse) -> Heard:
        """Return the answer of the first provider that has one.

        Raises:
            BudgetError: what is left does not allow for asking.
            TransientError: none answers now.
            ToolError: none answers, and waiting does not mend it.
            SupersededError: Trueup ends.
        """
        asked, errors = _masked(question), list[TrueupError]()
        for voice in self.voices:
            try:
                return self._patiently(voice, asked, purse)
            except SupersededError:
                raise
            except TrueupError as error:
                errors.append(error)
        raise _joined(errors)

    def _patiently(self, voice: Voice, question: Question, purse: Purse) -> Heard:
        """Ask again while it says that it cannot answer now, as long as that is worth it."""
        end, tries = time.monotonic() + self.patience, 0
        while True:
            try:
                return self._once(voice, question, purse)
            except BusyError as error:
                tries += 1
                wait = _wait(error, tries)
                if error.worked or time.monotonic() + wait > end:
                    raise
            if self.stop(wait):
                raise SupersededError(f"{voice.provider.name} was waited for while Trueup ended")

    def _once(self, voice: Voice, question: Question, purse: Purse) -> Heard:
        provider, sent = voice.provider, estimated(question.messages)
        longest = purse.longest(provider, sent)
        access = voice.access(question)
        with voice.turnstile.passed(self.stop, self.patience):
            return self._paid(provider, access, question, at_most(provider, sent, longest), purse)

    def _paid(
        self, provider: Provider, access: Access, question: Question, most: Usage, purse: Purse
    ) -> Heard:
        """Ask, and pay: what the provider counts, or what was feared where nobody knows."""
        purse.hold(most)
        used = most
        try:
            reply = self._reply(provider, access, question, most.received)
            used = _used(provider, reply, most.sent)
        except TrueupError as error:
            used = most if getattr(error, "worked", True) else Usage(calls=1)
            raise
        finally:
            purse.pay(used)
        return Heard(reply.text, provider.name, provider.model, used, reply.whole)

    def _reply(
        self, provider: Provider, access: Access, question: Question, longest: int
    ) -> Reply:
        if provider.answers:
            return recorded(provider, question)
        return call(provider, access, question, longest, self.stop)


def _used(provider: Provider, reply: Reply, sent: int) -> Usage:
    """Return what a call has used, estimated where the provider does not count."""
    received = len(reply.text.encode()) // BYTES if reply.received is None else reply.received
    return provider.usage(
        sent if reply.sent is None else reply.sent, received, round(reply.seconds, 3)
    )


def _wait(error: BusyError, tries: int) -> float:
    """Return how long to wait: as long as it says, else ever longer; never just like others."""
    usual = min(LONGEST, FIRST * 2 ** (tries - 1))
    jitter = secrets.SystemRandom().uniform(0.0, 0.5)
    return usual * (0.75 + jitter) if error.after is None else error.after + jitter


def _masked(question: Question) -> Question:
    """Return a question without any known secret, whoever wrote it."""
    said = [Message(one.role, mask(one.content)) for one in question.messages]
    return replace(question, messages=tuple(said))


def _joined(errors: Sequence[TrueupError]) -> TrueupError:
    """Return one error for all: one that passes where any does."""
    if len(errors) == 1:
        return errors[0]
    why = "; ".join(": ".join(filter(None, (one.what, one.why))) for one in errors)
    what, fix = "no provider answers", "See `providers` in trueup.yaml."
    for kind in (TransientError, BudgetError):
        if any(isinstance(one, kind) for one in errors):
            return kind(what, why, fix)
    return ToolError(what, why, fix)
