"""What a Run document says, as values with every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trueup.model.checks import Probed

RULES, MODEL, DIFF = "rules", "model", "diff"


@dataclass(frozen=True, slots=True)
class Target:
    """What a Run works on: a service of a Stack, or a folder of its source."""

    stack: str = ""
    service: str = ""
    path: str = ""

    def __str__(self) -> str:
        return f"{self.stack}/{self.service}" if self.stack else self.path


@dataclass(frozen=True, slots=True)
class AuthorSpec:
    """Who may propose a patch: `rules`, `model` or `diff`.

    `name` is the model's name among the providers; empty for the configured order. `diff` is a
    diff itself, `file` a file of the source that holds one.
    """

    kind: str
    name: str = ""
    diff: str = ""
    file: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name or self.file}".strip()


@dataclass(frozen=True, slots=True)
class Patch:
    """Ask authors, in their order, for edits to the files that patterns allow."""

    authors: tuple[AuthorSpec, ...] = (AuthorSpec(RULES), AuthorSpec(MODEL))
    files: tuple[str, ...] = ()
    name: str = "patch"

    def __str__(self) -> str:
        return f"asks {', then '.join(str(one) for one in self.authors)}"


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a model a question; its answer, valid by a schema, is kept as `<answer>.json`."""

    answer: str
    prompt: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""
    name: str = "ask"

    def __str__(self) -> str:
        return f"{self.answer} of {self.model or 'the configured models'}"


@dataclass(frozen=True, slots=True)
class Build:
    """Build the images that the patch changes; `timeout` is in seconds."""

    timeout: float = 1200.0
    name: str = "build"

    def __str__(self) -> str:
        return "what the patch changes"


@dataclass(frozen=True, slots=True)
class Restart:
    """Bring the service to its new image; `mode` is auto, preview or direct."""

    mode: str = "auto"
    name: str = "restart"

    def __str__(self) -> str:
        return {"direct": "the live service", "preview": "a preview, then the live service"}.get(
            self.mode, "a preview where that is possible, then the live service"
        )


@dataclass(frozen=True, slots=True)
class Verify:
    """Checks that must hold beside those of the Stack."""

    checks: tuple[Probed, ...] = ()
    name: str = "verify"

    def __str__(self) -> str:
        extra = ", ".join(str(one) for one in self.checks)
        return f"the checks of the stack{', ' + extra if extra else ''}"


@dataclass(frozen=True, slots=True)
class Publish:
    """Commit the patch: to the tracked branch, to a branch of its own, or into the folder.

    `to` is commit, branch or files; empty for what `trueup.yaml` says.
    """

    to: str = ""
    branch: str = ""
    name: str = "publish"

    def __str__(self) -> str:
        return {
            "commit": "a commit on the tracked branch",
            "branch": f"branch {self.branch or 'of its own'}",
            "files": "into the folder",
        }.get(self.to, "as configured")


StepSpec = Patch | Ask | Build | Restart | Verify | Publish
PRESETS: Mapping[str, tuple[StepSpec, ...]] = {
    "repair": (Patch(), Build(), Restart(), Verify(), Publish()),
}


@dataclass(frozen=True, slots=True)
class Budget:
    """What a Run may use in all: attempts, tokens, US dollars and seconds."""

    attempts: int = 3
    tokens: int = 60_000
    cost: float = 0.50
    time: float = 3600.0


@dataclass(frozen=True, slots=True)
class Given:
    """Something that steps are told: a text, a file of the source, or another step's answer."""

    text: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One finite piece of work. `digest` is the same for the same spec, and for no other.

    `request` asks for another try, `begin` with which step it begins.
    """

    target: Target
    instruction: str = ""
    steps: tuple[StepSpec, ...] = PRESETS["repair"]
    inputs: Mapping[str, Given] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    priority: str = "normal"
    request: str = ""
    begin: str = ""
    suspended: str = ""
    suspended_until: str = ""
    digest: str = ""

    def step(self, kind: type[StepSpec]) -> StepSpec | None:
        """Return the first step of a type; None where there is none."""
        return next((one for one in self.steps if isinstance(one, kind)), None)
