"""What is said to models in one asking: counted, limited, and kept as papers for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trueup.adapters.models.models import Models
from trueup.adapters.models.purse import Purse
from trueup.adapters.models.scripted import digest_of
from trueup.model.errors import TrueupError
from trueup.model.provider import Heard, Message, Question
from trueup.model.redaction import mask
from trueup.model.repair import Usage


@dataclass(slots=True)
class Talk:
    """One asking. `purse` says what it may use; `heard` are the answers so far."""

    purse: Purse
    heard: list[Heard] = field(default_factory=list)
    _prompt: list[str] = field(default_factory=list)
    _answer: list[str] = field(default_factory=list)
    _shown: Sequence[Message] = ()

    def say(self, models: Models, question: Question) -> Heard:
        """Ask, and keep what was asked and answered, or why nothing was.

        Raises:
            TrueupError: as `Models.answer`.
        """
        round_ = len(self._prompt) + 1
        self._prompt.append(self._asked(round_, question))
        try:
            heard = models.answer(question, self.purse)
        except TrueupError as error:
            self._answer.append(f"# Round {round_}: no answer\n\n{error.text}\n")
            raise
        self.heard.append(heard)
        self._answer.append(f"# Round {round_}: {_by(heard)}\n\n{mask(heard.text).rstrip()}\n")
        return heard

    @property
    def papers(self) -> Mapping[str, str]:
        """What is kept as artifacts; nothing where nobody was asked."""
        if not self._prompt:
            return {}
        return {"prompt.md": "\n".join(self._prompt), "answer.md": "\n".join(self._answer)}

    @property
    def used(self) -> Usage:
        """What it has used so far."""
        return self.purse.used

    def _asked(self, round_: int, question: Question) -> str:
        """Return the messages that were not shown before."""
        known, said = list(self._shown), list(question.messages)
        fresh = said[len(known) :] if said[: len(known)] == known else said
        self._shown = tuple(said)
        texts = [
            f"## {one.role}\n\n{mask(one.content)}\n" for one in fresh if one.role != "assistant"
        ]
        return "\n".join([f"# Round {round_}: request {digest_of(question)}\n", *texts])


def _by(heard: Heard) -> str:
    used = heard.usage
    cut = "" if heard.whole else ", cut off at the limit of its length"
    counted = f"{used.sent} tokens in, {used.received} out, ${used.cost:.4f}"
    return f"{heard.provider} ({heard.model}), {counted}, {used.seconds:.1f}s{cut}"
