"""The files of a commit that may be checked out, and their contents wherever they are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trueup.adapters.git import lfs
from trueup.adapters.git.batch import Blob, Content
from trueup.adapters.git.checkout import LINK, Take
from trueup.adapters.git.paths import LONGEST, link_problems, path_problem
from trueup.adapters.git.repository import Repository
from trueup.adapters.git.submodules import Sourced, listed
from trueup.model.errors import Problem


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of one commit by path, and what is wrong with those that are left out."""

    files: Mapping[str, Sourced]
    problems: tuple[Problem, ...]
    lfs: bool = False

    @property
    def blobs(self) -> Mapping[str, Blob]:
        """The files as git lists them."""
        return {path: file.blob for path, file in self.files.items()}

    def fetch(self, blobs: Sequence[Blob], take: Take) -> None:
        """Hand over the content of some files.

        Raises:
            BrokenError: our own copy lacks one.
            TransientError: a remote with LFS files does not answer.
            ToolError: it refuses, or git-lfs is not installed.
        """
        wanted = [self.files[blob.path] for blob in blobs]
        for (repository, commit), files in _by_home(wanted).items():
            if self.lfs:
                lfs.download(repository, commit)
            repository.read(files, partial(self._hand_over, take, repository))

    def _hand_over(self, take: Take, home: Repository, blob: Blob, content: Content) -> None:
        if self.lfs and isinstance(content, bytes):
            take(blob, lfs.content_of(content, home))
        else:
            take(blob, content)


def contents_of(
    repository: Repository, commit: str, *, modules: Path | None, lfs: bool
) -> Contents:
    """List a commit, with its submodules where `modules` is the place for their clones.

    Raises:
        BrokenError: our own copy lacks something.
        SpecError, TransientError, ToolError: a submodule cannot be had.
    """
    what, size_of = f"commit {commit[:12]} with its submodules", lambda file: file.blob.size
    every = repository.limits.counted(what, listed(repository, commit, modules), size_of)
    files = {file.blob.path: file for file in every}
    refused = {path: problem for path in files if (problem := path_problem(path))}
    refused |= dict(link_problems(_targets(files.values())))
    kept = {path: file for path, file in files.items() if path not in refused}
    return Contents(kept, tuple(refused.values()), lfs)


def _targets(files: Iterable[Sourced]) -> Mapping[str, bytes]:
    """Return path → target of links; of one that no file system would take, only its path."""
    links = [file for file in files if file.blob.mode == LINK]
    targets = {file.blob.path: b"" for file in links}
    sane = [file for file in links if file.blob.size <= LONGEST]

    def take(blob: Blob, target: Content) -> None:
        if isinstance(target, bytes):
            targets[blob.path] = target

    for (repository, _), blobs in _by_home(sane).items():
        repository.read(blobs, take)
    return targets


def _by_home(files: Iterable[Sourced]) -> Mapping[tuple[Repository, str], list[Blob]]:
    homes: dict[tuple[Repository, str], list[Blob]] = {}
    for file in files:
        homes.setdefault((file.repository, file.commit), []).append(file.blob)
    return homes
