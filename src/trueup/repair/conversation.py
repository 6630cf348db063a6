"""One attempt as a conversation: a question, answers, and what follows from each.

Whoever holds it only sends and receives. An answer that cannot be applied is asked for again
once, then as whole files; edits that a gate refuses are told of once. None of that is another
attempt. Edits are all or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from trueup.model.repair import Edit, Refusal, Request
from trueup.repair import feedback
from trueup.repair.applying import Draft, apply_pieces
from trueup.repair.examples import Example
from trueup.repair.gates import refused
from trueup.repair.gates.amount import Limits
from trueup.repair.grammar import Cannot, Pieces, read_answer
from trueup.repair.prompt import SYSTEM, question


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as every chat API takes it."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Send these messages, all of the conversation so far, and let hear what comes back."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Edits that every gate lets through."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class PersonNeeded:
    """The model says that no edit helps, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """No answer can be used. `refusals` are those of the gates, if it came to them."""

    reason: str
    refusals: tuple[Refusal, ...] = ()


Next: TypeAlias = Ask | Proposed | PersonNeeded | GivenUp


class Conversation:
    """One attempt. `begin`, then `hear` every answer until what comes back is no `Ask`.

    Args:
        request: what is asked.
        limits: how much an edit may change.
        token: a random word. Data that guesses it could end its block; the same one for all
            attempts of a Run lets providers keep the beginning of the question.
        facts: what package indexes say, a sentence each.
        examples: solved cases.
    """

    def __init__(
        self,
        request: Request,
        limits: Limits,
        token: str,
        *,
        facts: Sequence[str] = (),
        examples: Sequence[Example] = (),
    ) -> None:
        self._request = request
        self._limits = limits
        asked = question(request, token, facts, examples)
        self._messages: tuple[Message, ...] = (
            Message("system", SYSTEM),
            Message("user", asked.text),
        )
        self._shown = asked.whole
        self._draft = Draft(request, self._shown)
        self._failures = 0
        self._refused = False
        self._end: Next | None = None

    def begin(self) -> Ask:
        """Return the question."""
        return Ask(self._messages)

    def hear(self, answer: str) -> Next:
        """Return what follows from an answer. Never raises, whatever it is; the end is the end."""
        if self._end:
            return self._end
        said = self._next(answer)
        self._end = None if isinstance(said, Ask) else said
        return said

    def _next(self, answer: str) -> Next:
        self._messages = (*self._messages, Message("assistant", answer))
        said = read_answer(answer)
        if isinstance(said, Cannot):
            return PersonNeeded(said.reason)
        faults, kept = apply_pieces(self._draft, said, whole_only=self._failures > 1)
        if faults or not self._draft.edits:
            return self._ask_again(said, faults, kept)
        return self._judge()

    def _ask_again(self, said: Pieces, faults: Sequence[str], kept: int) -> Next:
        self._failures += 1
        faults = faults or ((feedback.NOTHING,) if not said.edits else (feedback.UNCHANGED,))
        if self._failures == 1:
            return self._ask(feedback.again(faults, kept))
        if self._failures == FAILURES:
            return GivenUp(f"no answer could be applied: {faults[0]}")
        self._draft = Draft(self._request, self._shown)
        return self._ask(feedback.whole(faults))

    def _judge(self) -> Next:
        edits = self._draft.edits
        found = refused(edits, self._request, self._limits)
        if not found:
            return Proposed(edits)
        if self._refused:
            return GivenUp(f"the edits were refused twice: {found[0]}", found)
        self._refused = True
        self._draft = Draft(self._request, self._shown)
        return self._ask(feedback.gate(found))

    def _ask(self, text: str) -> Ask:
        self._messages = (*self._messages, Message("user", text))
        return Ask(self._messages)


FAILURES = 3
"""Answers that cannot be applied: the first is asked for again, the second as whole files."""
