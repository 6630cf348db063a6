"""The files of a commit that may be checked out, and their contents wherever they are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trueup.adapters.git import lfs
from trueup.adapters.git.checkout import LINK, Take
from trueup.adapters.git.paths import link_problems, path_problem
from trueup.adapters.git.repository import Blob, Repository
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

    def _hand_over(self, take: Take, home: Repository, blob: Blob, content: bytes) -> None:
        take(blob, lfs.content_of(content, home) if self.lfs else content)


def contents_of(
    repository: Repository, commit: str, *, modules: Path | None, lfs: bool
) -> Contents:
    """List a commit, with its submodules where `modules` is the place for their clones.

    Raises:
        BrokenError: our own copy lacks something.
        SpecError, TransientError, ToolError: a submodule cannot be had.
    """
    files = {file.blob.path: file for file in listed(repository, commit, modules)}
    problems = [problem for path in files if (problem := path_problem(path))]
    problems += link_problems(_targets(files.values()))
    refused = {problem.file for problem in problems}
    kept = {path: file for path, file in files.items() if path not in refused}
    return Contents(kept, tuple(problems), lfs)


def _targets(files: Iterable[Sourced]) -> Mapping[str, bytes]:
    targets: dict[str, bytes] = {}
    links = [file for file in files if file.blob.mode == LINK]
    for (repository, _), blobs in _by_home(links).items():
        repository.read(blobs, lambda blob, target: targets.update({blob.path: target}))
    return targets


def _by_home(files: Iterable[Sourced]) -> Mapping[tuple[Repository, str], list[Blob]]:
    homes: dict[tuple[Repository, str], list[Blob]] = {}
    for file in files:
        homes.setdefault((file.repository, file.commit), []).append(file.blob)
    return homes
