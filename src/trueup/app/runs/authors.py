"""Who is asked for a patch, in which order, and whether what they propose may be applied."""

import os
import posixpath
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from trueup.adapters.models.purse import Purse
from trueup.app.runs.bench import RunBench
from trueup.app.runs.evidence import TRYING, written
from trueup.app.runs.foreseeing import place_of
from trueup.app.runs.modelling import ModelAuthor
from trueup.app.runs.talk import Talk
from trueup.app.runs.told_facts import facts_of
from trueup.kinds.run.spec import MODEL, RULES, AuthorSpec, Patch, Verify
from trueup.kinds.stack.reach.ground import within
from trueup.model.errors import (
    BudgetError,
    FutileError,
    SpecError,
    SupersededError,
    ToolError,
    TransientError,
    TrueupError,
)
from trueup.model.key import Key
from trueup.model.plan import Sync
from trueup.model.repair import Author, Edit, Files, Past, Place, Proposal, Request
from trueup.model.shop import Asked, Spend
from trueup.repair.author import Rules
from trueup.repair.gates import refused
from trueup.repair.gates.places import default_patterns, forbidden
from trueup.repair.hunks import DiffError
from trueup.repair.unified import applied

FIX = (
    "Read evidence.log and answer.md in the artifacts; then commit a fix, or another instruction."
)

NO_PATCH, NOTHING_WRONG = "NothingToPropose", "NothingToRepair"
DENIED = re.compile(r"refuses to answer: HTTP 40[13]\b")
"""A key that is not accepted: it will not be the next time."""


@dataclass(frozen=True, slots=True)
class Diff:
    """The author that a document brings itself: a unified diff, applied exactly."""

    text: str
    name: str

    def propose(self, request: Request) -> Proposal | None:
        """Return the edits of the diff.

        Raises:
            SpecError: it is no diff, or does not fit the files as they are.
        """
        try:
            edits = applied(self.text, request.files.text)
        except DiffError as error:
            fix = "Make the diff anew from the files as they are."
            raise SpecError(f"{self.name} cannot be applied", str(error), fix) from error
        return Proposal("diff", edits, f"as {self.name} says")


@dataclass(frozen=True, slots=True)
class Laid:
    """Implements `Files`: files with edits laid over them."""

    files: Files
    edits: tuple[Edit, ...]

    def paths(self) -> tuple[str, ...]:
        """Return every file, also those that the edits create."""
        return tuple(sorted({*self.files.paths(), *(one.path for one in self.edits)}))

    def text(self, path: str) -> str | None:
        """Return the content of a file with the edits."""
        for one in self.edits:
            if one.path == path:
                return one.after
        return self.files.text(path)


def summed(first: tuple[Edit, ...], then: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return as one what two edits in a row come to."""
    total = {one.path: one for one in first}
    for one in then:
        known = total.get(one.path)
        total[one.path] = replace(known, after=one.after) if known else one
    return tuple(total.values())


@dataclass(frozen=True, slots=True)
class Authors:
    """The authors of one Run."""

    view: RunBench

    def propose(self, past: tuple[Past, ...], spend: Spend) -> Asked:
        """Return what the first author proposes whose edits may be applied, or why nobody does."""
        try:
            request = self.request(past)
        except SpecError as error:
            return Asked(error=unbuilt(error))
        talk, errors, in_vain = Talk(self.purse(spend)), list[TrueupError](), False
        for spec in self._specs():
            try:
                proposal = self._proposal(spec, talk, request)
            except SupersededError:
                raise
            except TrueupError as error:
                in_vain |= bool(talk.heard) and not isinstance(error, TransientError)
                errors.append(futile(error))
                continue
            why = _why_not(proposal, request)
            if proposal is not None and not why:
                return Asked(proposal, usage=talk.used, papers=talk.papers)
            errors.append(self._without(spec, proposal, why))
        why_none = _joined(errors, in_vain=in_vain)
        return Asked(error=why_none, usage=talk.used, papers=talk.papers)

    def _proposal(self, spec: AuthorSpec, talk: Talk, request: Request) -> Proposal | None:
        """Return what an author proposes; rules go on from what led to another error."""
        author = self._author(spec, talk)
        if spec.kind != RULES:
            return author.propose(request)
        request = replace(request, log=written(request.log))
        edits = self._gained(request)
        further = author.propose(replace(request, files=Laid(request.files, edits)))
        if further is None or not edits:
            return further if not edits else author.propose(request)
        return replace(further, edits=summed(edits, further.edits))

    def _gained(self, request: Request) -> tuple[Edit, ...]:
        """Return the edits of the last attempt, if the error that they were for is gone."""
        work, now = self.view.work, request.diagnosis
        last = work.tries[-1] if work.tries and work.attempt > work.first else None
        if last is None or now is None or last.step not in TRYING:
            return ()
        if not last.signature or last.signature == now.signature:
            return ()
        said = self.view.yard.proposals.read(self.view.run.key, last.number)
        edits = said.edits if said is not None else ()
        fits = all(request.files.text(one.path) == one.before for one in edits)
        return edits if fits else ()

    def _without(self, spec: AuthorSpec, proposal: Proposal | None, why: str) -> TrueupError:
        """Return what to tell of an author without a patch: all but models say the same again."""
        what = f"{spec} has no patch that may be applied"
        if spec.kind == MODEL:
            return ToolError(what, why)
        if proposal is None and self._well():
            what = f"{self.view.run.spec.target} is verified; nothing to repair"
            return FutileError(NOTHING_WRONG, what, well=True)
        return FutileError(NO_PATCH, what, why, FIX)

    def _well(self) -> bool:
        """Whether nothing is known to be wrong: the stack is verified, and no log says more."""
        view, spec = self.view, self.view.run.spec
        if not spec.target.stack:
            return False
        sight = view.sight()
        own = any(isinstance(one, Verify) and one.checks for one in spec.steps)
        if own or not sight.there or view.work.attempt > view.work.first:
            return False
        synced = sight.status.ready and sight.status.sync is Sync.SYNCED
        return synced and view.evidence().diagnosis is None

    def request(self, past: tuple[Past, ...]) -> Request:
        """Return what authors are asked."""
        view, spec, found = self.view, self.view.run.spec, self.view.evidence()
        place, (tokens, cost) = self._place(), self._left()
        return Request(
            run=view.run.key,
            service=spec.target.service,
            instruction=spec.instruction,
            log=found.log,
            diagnosis=found.diagnosis,
            files=view.yard.workshop.files(view.run.key),
            place=place,
            allowed=self._patch().files or default_patterns(place),
            past=past,
            tokens=tokens,
            cost=cost,
        )

    def purse(self, spend: Spend) -> Purse:
        """Return what asking may still use."""
        return Purse(*self._left(), spend)

    def _left(self) -> tuple[int, float]:
        budget, used = self.view.run.spec.budget, self.view.work.usage
        tokens = max(0, budget.tokens - used.sent - used.received)
        return tokens, max(0.0, budget.cost - used.cost)

    def _place(self) -> Place:
        target = self.view.run.spec.target
        if target.path:
            return Place(target.path, posixpath.join(target.path, "Dockerfile"))
        stack, site = Key("Stack", target.stack), self.view.site
        resource = site.wishes[stack]
        if resource is None:
            raise SpecError(f"there is no {stack}")
        return place_of(resource, site.records.read(stack), site.looks, target.service)

    def _patch(self) -> Patch:
        step = self.view.run.spec.steps[self.view.work.stage]
        return step if isinstance(step, Patch) else Patch()

    def _specs(self) -> Iterator[AuthorSpec]:
        """Yield who is asked; a model that nobody named only where one is configured."""
        for one in self._patch().authors:
            if one.kind != MODEL or one.name or self.view.yard.models:
                yield one

    def _author(self, spec: AuthorSpec, talk: Talk) -> Author:
        yard = self.view.yard
        match spec.kind:
            case "rules":
                return Rules(yard.indexes)
            case "model":
                models = yard.models.named(spec.name)
                facts = partial(facts_of, indexes=yard.indexes)
                return ModelAuthor(models, talk, fence(), self.told(), facts)
            case _:
                return Diff(spec.diff or self._text(spec.file), spec.file or "the diff")

    def told(self) -> dict[str, str]:
        """Return what models are told besides: the inputs, and earlier answers."""
        said = {
            n: one.text or self._text(one.file) for n, one in self.view.run.spec.inputs.items()
        }
        return said | dict(self.view.work.answers)

    def _text(self, file: str) -> str:
        tree = self.view.site.looks.tree(self.view.run.source)
        root, path = tree.real(tree.root), tree.real(posixpath.join(tree.root, file))
        inside = within(path, root) and path != root
        if inside and (why := self._private(path, root)):
            raise SpecError(f"{file} is told nobody", why, "Name another file of the source.")
        text = tree.text(path) if inside else ""
        if not text:
            raise SpecError(f"{file} is not there, or is no text", "", "Correct its path.")
        return text

    def _private(self, path: str, root: str) -> str:
        """Return why a file is told nobody, by where it really is; empty where it may be."""
        own = (os.path.realpath(one) for one in self.view.site.settings.guarded)
        if any(within(path, one) for one in own if within(one, root)):
            return "it is Trueup's own"
        return forbidden(os.path.relpath(path, root))


def fence() -> str:
    """Return a word that no file and no log can know."""
    return secrets.token_hex(8)


def unbuilt(error: SpecError) -> FutileError:
    """Return the error for a target that has no files to be patched."""
    reason = "NotBuilt" if "is not built here" in error.what else "TargetUnusable"
    return FutileError(reason, error.what, error.why, error.fix)


def futile(error: TrueupError) -> TrueupError:
    """Return an error as one that ends the Run, where asking again cannot help."""
    if isinstance(error, SpecError):
        unknown = error.what.startswith(("there is no provider", "no provider is"))
        reason = "ProviderUnknown" if unknown else NO_PATCH
        return FutileError(reason, error.what, error.why, error.fix)
    if isinstance(error, ToolError) and DENIED.search(f"{error.what}: {error.why}"):
        return FutileError("ModelRefused", error.what, error.why, error.fix)
    return error


def _joined(errors: Sequence[TrueupError], *, in_vain: bool) -> TrueupError:
    """Return one error for all: one that passes where any does.

    Where a model was asked `in_vain`, waiting for another author would have it paid once more.
    """
    if len(errors) == 1:
        return errors[0]
    if errors and all(isinstance(one, FutileError) and one.well for one in errors):
        return errors[0]
    why = "; ".join(": ".join(filter(None, (one.what, one.why))) for one in errors)
    what = "nobody has a patch that may be applied"
    for kind in (BudgetError,) if in_vain else (TransientError, BudgetError):
        if any(isinstance(one, kind) for one in errors):
            return kind(what, why, FIX)
    vain = [one for one in errors if isinstance(one, FutileError)]
    known = [one.reason for one in vain if one.reason not in {NO_PATCH, NOTHING_WRONG}]
    if len(vain) < len(errors):
        return ToolError(what, why, FIX)
    return FutileError(next(iter(known), NO_PATCH), what, why, FIX)


def _why_not(proposal: Proposal | None, request: Request) -> str:
    """Return why a proposal may not be applied; empty where it may."""
    if proposal is None:
        known = request.diagnosis.says if request.diagnosis else "the log shows no known cause"
        return f"nothing to propose: {known}"
    if proposal.cannot:
        return ""
    if not proposal.edits:
        return "no edit in the proposal"
    return "; ".join(str(one) for one in refused(proposal.edits, request))
