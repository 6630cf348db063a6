"""The author that is a model: one attempt as a conversation with whoever is configured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from trueup.adapters.models.models import Models
from trueup.app.runs.talk import Talk
from trueup.model.errors import ToolError
from trueup.model.provider import Heard, Message, Question
from trueup.model.repair import Proposal, Request
from trueup.repair.conversation import (
    Ask,
    Conversation,
    GivenUp,
    Next,
    PersonNeeded,
    Proposed,
)
from trueup.repair.examples import chosen
from trueup.repair.gates import USUAL
from trueup.repair.visible import visible

ROUNDS = 8
"""Answers to one question, whatever the conversation thinks of them."""
MOST = 1000
"""Letters of a reason that stand in a status; all of it is in answer.md."""
FIX = "Read answer.md in the artifacts; then give another instruction, or commit a fix."


@dataclass(frozen=True, slots=True)
class ModelAuthor:
    """Implements `Author`. Sends and receives; what an answer means the conversation knows.

    Attributes:
        told: what models are told besides, by name: inputs, and earlier answers.
        facts: returns what package indexes say of a request, a sentence each.
        token: a random word that fences data.
    """

    models: Models
    talk: Talk
    token: str
    told: Mapping[str, str]
    facts: Callable[[Request], Sequence[str]]

    def propose(self, request: Request) -> Proposal | None:
        """Return what a model proposes.

        Raises:
            BudgetError: what is left does not allow for asking.
            ToolError: no model has an answer that can be used.
            TransientError: none answers now.
        """
        cause = request.diagnosis.cause if request.diagnosis else ""
        conversation = Conversation(
            request, USUAL, self.token, facts=self.facts(request), examples=chosen(cause)
        )
        said: Next = conversation.begin()
        for _ in range(ROUNDS):
            if isinstance(said, Ask):
                heard = self.talk.say(self.models, self._question(request, said))
                said = conversation.hear(heard.text)
        return self._proposal(said, self.talk.heard[-1])

    def _question(self, request: Request, ask: Ask) -> Question:
        said = [Message(one.role, one.content) for one in ask.messages]
        attempt = f"/patch/{len(request.past) + 1}"
        return Question(
            with_told(said, self.told, self.token), str(request.run), attempt, token=self.token
        )

    def _proposal(self, said: Next, last: Heard) -> Proposal:
        author = f"model/{last.provider}"
        match said:
            case Proposed(edits):
                return Proposal(author, edits, self._how(last), usage=self.talk.used)
            case PersonNeeded(reason):
                cannot = f"{last.provider} ({last.model}) says: {visible(reason)[:MOST]}"
                return Proposal(author, says=self._how(last), cannot=cannot, usage=self.talk.used)
            case GivenUp(reason):
                raise ToolError(f"{last.provider} has no patch that may be applied", reason, FIX)
            case Ask():
                raise ToolError(f"{last.provider} was asked {ROUNDS} times", "in vain", FIX)
            case _:
                assert_never(said)

    def _how(self, last: Heard) -> str:
        answers, used = len(self.talk.heard), self.talk.used
        number = f"{answers} answers" if answers > 1 else "one answer"
        return f"{last.model} in {number}, {used.sent + used.received} tokens, ${used.cost:.4f}"


def with_told(
    messages: Sequence[Message], told: Mapping[str, str], token: str
) -> tuple[Message, ...]:
    """Return messages with what is told besides, fenced as data, before the question.

    It is no message of its own: some models take two of one role in a row for an error.
    """
    blocks = [_fenced(name, text, token) for name, text in sorted(told.items())]
    first, question, *rest = messages
    asked = "\n".join([*blocks, question.content])
    return (first, Message(question.role, asked), *rest)


def _fenced(name: str, text: str, token: str) -> str:
    inside = visible(text).replace(token, "(token)") if token else visible(text)
    return f"INPUT {name} <{token}>\n{inside}\nEND INPUT <{token}>"
