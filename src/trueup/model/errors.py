"""The errors that a person may see, by what the reader can do about them.

```
TrueupError          what happened and where · why · what to do
├── SpecError        edit the document
├── ToolError        look at the tool: it failed and would fail again
│   ├── UntrustedError   have the revision signed by somebody who is trusted
│   ├── BudgetError      allow more, or leave it
│   └── FutileError      the same, for what another attempt would run into as well
├── TransientError   wait: the same act may work later
│   └── EndedError   the same, for a program that somebody killed
└── SupersededError  nothing: a newer revision made this work pointless
```
"""

from dataclasses import dataclass

from trueup.model.redaction import mask


class TrueupError(Exception):
    """Something a person may have to know about, in three parts. Says no known secret.

    Args:
        what: what happened, with the place.
        why: the cause as far as it is known.
        fix: what the reader can do about it.
        service: the compose service that it is about, where it is about one.
    """

    def __init__(self, what: str, why: str = "", fix: str = "", *, service: str = "") -> None:
        self.what, self.why, self.fix = mask(what), mask(why), mask(fix)
        self.service = service
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The three parts as sentences in one line."""
        parts = (_sentence(self.what, end=":" if self.why else "."), _sentence(self.why), self.fix)
        return " ".join(part.strip() for part in parts if part.strip())


class SpecError(TrueupError):
    """A document or the configuration is wrong; only an edit helps."""


class ToolError(TrueupError):
    """Docker, compose, git or a probe failed in a way that waiting does not mend."""


class UntrustedError(ToolError):
    """A revision is not signed as its source demands, and so is not applied."""


class BudgetError(ToolError):
    """What may be spent is spent; asking again changes nothing."""


class FutileError(ToolError):
    """Another attempt would end in just the same; `reason` says so in one word.

    `well` where that is no failure, for there was nothing to do.
    """

    def __init__(
        self, reason: str, what: str, why: str = "", fix: str = "", *, well: bool = False
    ) -> None:
        super().__init__(what, why, fix)
        self.reason, self.well = reason, well


class TransientError(TrueupError):
    """The network, a registry or a remote failed; the same act may work later."""


class EndedError(TransientError):
    """A program was killed, not by us, so it says nothing about what it worked on."""


class SupersededError(TrueupError):
    """The work was ended because something newer is wanted, or the process stops."""


def defect(error: Exception) -> ToolError:
    """Return what to tell a person of an error that nobody has thought of."""
    what = f"a defect of Trueup: {type(error).__name__}: {error}"
    return ToolError(what, "", "Please report it with what the log says.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place of one document.

    `line` counts from 1; 0 means that no line is known. `field` is a dotted path such
    as `spec.services.web.verify[0].http.url`.
    """

    file: str
    line: int
    field: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        return f"{place}:{field} {self.reason}. {self.remedy}".rstrip()


def _sentence(text: str, *, end: str = ".") -> str:
    text = text.strip()
    return text if not text or text[-1] in ".:!?" else text + end
