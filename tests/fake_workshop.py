"""The port `Workshop` in memory, with sources that are git repositories in memory as well."""

import difflib
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from trueup.model.errors import SpecError, ToolError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import (
    HandsOffError,
    MisfitError,
    OutdatedError,
    ProtectedError,
    Publication,
    Published,
    PublishMode,
    UnpublishableError,
    Workplace,
)


@dataclass(frozen=True, slots=True)
class FakeCommit:
    """A commit: its files, its parent's id, and what of ours it was made for."""

    oid: str
    files: dict[str, str]
    parent: str = ""
    publication: Publication | None = None


@dataclass(slots=True)
class FakeSource:
    """A repository: branch → commits, oldest first. `synced` is what the source shows.

    Pushes to the branches in `protected` are refused.
    """

    branches: dict[str, list[FakeCommit]] = field(default_factory=dict)
    branch: str = "main"
    synced: str = ""
    protected: set[str] = field(default_factory=set)

    def commit(self, files: dict[str, str | None], branch: str = "") -> str:
        """Commit as a person does (None removes a file); another branch begins at the tip."""
        branch = branch or self.branch
        history = self.branches.get(branch) or [*self.branches.get(self.branch, ())]
        content = {**(history[-1].files if history else {}), **files}
        kept = {path: text for path, text in content.items() if text is not None}
        parent = history[-1].oid if history else ""
        made = FakeCommit(_oid(repr((kept, parent))), kept, parent)
        self.branches[branch] = [*history, made]
        return made.oid

    def sync(self) -> str:
        """Show what the branch says now."""
        self.synced = self.branches[self.branch][-1].oid
        return self.synced

    def at(self, oid: str) -> FakeCommit:
        """Return a commit."""
        every = (one for history in self.branches.values() for one in history)
        return next(one for one in every if one.oid == oid)


@dataclass(slots=True)
class FakeBench:
    """A work tree: its pristine files, and what is edited."""

    place: Workplace
    base: dict[str, str]
    edits: tuple[Edit, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.base, *(edit.path for edit in self.edits)}))

    def text(self, path: str) -> str | None:
        edited = {edit.path: edit.after for edit in self.edits}
        return edited.get(path, self.base.get(path))


@dataclass(slots=True)
class FakeWorkshop:
    """Work trees and publications. `lost` makes that many pushes arrive without an answer."""

    sources: dict[str, FakeSource] = field(default_factory=dict)
    benches: dict[Key, FakeBench] = field(default_factory=dict)
    published: list[Published] = field(default_factory=list)
    lost: int = 0

    def open(self, run: Key, source: str) -> Workplace:
        if run in self.benches and self.benches[run].place.source == source:
            return self.benches[run].place
        return self.reopen(run, source)

    def opened(self, run: Key) -> Workplace | None:
        return self.benches[run].place if run in self.benches else None

    def reopen(self, run: Key, source: str) -> Workplace:
        said = self._source(source)
        place = Workplace(f"/work/{run}/tree", source, said.synced)
        self.benches[run] = FakeBench(place, said.at(said.synced).files)
        return place

    def apply(self, run: Key, edits: tuple[Edit, ...]) -> None:
        bench = self._bench(run)
        bench.edits = ()
        for edit in edits:
            if edit.path.startswith(("/", "../")) or "/../" in edit.path:
                raise MisfitError(f"the edit of {edit.path} does not fit", "it leaves the tree")
            if bench.base.get(edit.path) != edit.before:
                raise MisfitError(f"the edit of {edit.path} does not fit", "it is another one")
        if len({edit.path for edit in edits}) != len(edits):
            raise MisfitError("the edits do not fit", "a file is edited twice")
        bench.edits = edits

    def files(self, run: Key) -> FakeBench:
        return self._bench(run)

    def diff(self, run: Key) -> str:
        changed = [edit for edit in self._bench(run).edits if edit.before != edit.after]
        return "".join(line for edit in changed for line in _diff(edit))

    def close(self, run: Key) -> None:
        self.benches.pop(run, None)

    def leftovers(self, going: Collection[Key]) -> tuple[Key, ...]:
        return tuple(sorted(run for run in self.benches if run not in going))

    def accepts(self, source: str, mode: PublishMode, branch: str = "") -> None:
        said = self._source(source)
        if mode is PublishMode.FILES:
            raise UnpublishableError("the patch cannot be written into files", "its source is git")
        if mode is PublishMode.BRANCH and branch == said.branch:
            raise UnpublishableError("the patch cannot have that branch", "the source follows it")

    def publish(self, source: str, publication: Publication) -> Published:
        said = self._source(source)
        self.accepts(source, publication.mode, publication.branch)
        followed = publication.mode is PublishMode.COMMIT
        once = self._onto_followed if followed else self._onto_own
        return self._answered(source, publication, once(said, publication))

    def arrived(self, published: Published) -> bool:
        history = self._source(published.source).branches.get(published.branch, ())
        return any(one.oid == published.commit for one in history)

    def _onto_followed(self, said: FakeSource, publication: Publication) -> FakeCommit:
        history = said.branches[said.branch]
        there = (one for one in history if one.publication == publication)
        if found := next(there, None):
            return found
        made = _made(history[-1], publication)
        _refuse_protected(said, said.branch)
        said.branches[said.branch] = [*history, made]
        return made

    def _onto_own(self, said: FakeSource, publication: Publication) -> FakeCommit:
        made = _made(said.at(publication.base), publication)
        tip = next(reversed(said.branches.get(publication.branch, ())), None)
        if tip and (tip.publication is None or tip.publication.run != publication.run):
            raise HandsOffError(f"the branch {publication.branch} is left alone", "it is not ours")
        _refuse_protected(said, publication.branch)
        said.branches[publication.branch] = [said.at(publication.base), made]
        return made

    def _answered(self, source: str, publication: Publication, commit: FakeCommit) -> Published:
        if self.lost:
            self.lost -= 1
            raise ToolError("the answer was lost", "as the test says")
        own = publication.mode is PublishMode.BRANCH
        branch = publication.branch if own else self.sources[source].branch
        digests = {one.path: _sha(one.after) for one in publication.edits}
        more = (commit.oid, commit.parent, branch, f"memory://{source}", digests)
        published = Published(source, publication.mode, *more)
        self.published.append(published)
        return published

    def _source(self, name: str) -> FakeSource:
        if name not in self.sources:
            raise SpecError(f"there is no source {name}", "", "Name one that is configured.")
        return self.sources[name]

    def _bench(self, run: Key) -> FakeBench:
        if run not in self.benches:
            raise ToolError(f"{run} has no work tree")
        return self.benches[run]


def _made(parent: FakeCommit, publication: Publication) -> FakeCommit:
    for edit in publication.edits:
        if parent.files.get(edit.path) != edit.before:
            raise OutdatedError(f"{edit.path} was changed meanwhile")
    files = {**parent.files, **{edit.path: edit.after for edit in publication.edits}}
    oid = _oid(repr((parent.oid, publication)))
    return FakeCommit(oid, files, parent.oid, replace(publication))


def _refuse_protected(said: FakeSource, branch: str) -> None:
    if branch in said.protected:
        raise ProtectedError(f"{branch} takes no push", "it is protected")


def _diff(edit: Edit) -> Iterator[str]:
    before = (edit.before or "").splitlines(keepends=True)
    old = f"a/{edit.path}" if edit.before is not None else "/dev/null"
    yield f"diff --git a/{edit.path} b/{edit.path}\n"
    after = edit.after.splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, old, f"b/{edit.path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _oid(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
