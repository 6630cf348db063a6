"""A log and a work tree → what is wrong, and the edit of the rule for it. Changes nothing.

For one who looks into a log by hand: no run, no gates, nothing is applied.
"""

import posixpath
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from trueup.adapters.workshop.reading import TreeFiles
from trueup.app.indexes import package_indexes
from trueup.model.errors import SpecError, TrueupError
from trueup.model.key import Key
from trueup.model.repair import Diagnosis, Files, Indexes, Place, Proposal, Request
from trueup.repair.author import Rules
from trueup.repair.copied import sources
from trueup.repair.diagnose import diagnose
from trueup.repair.dockerfile import stages
from trueup.repair.signature import pattern_of
from trueup.repair.unified import diff_of
from trueup.settings import environment


@dataclass(frozen=True, slots=True)
class Opinion:
    """What was found.

    Attributes:
        diagnoses: what the log shows, the likeliest first.
        proposal: what a rule would do; None where none has anything to say.
        hindered: why no index could be asked; empty where that was not the matter.
    """

    diagnoses: tuple[Diagnosis, ...]
    proposal: Proposal | None = None
    hindered: str = ""

    @property
    def helps(self) -> bool:
        """Whether it is known what to do: an edit, or to wait."""
        return bool(self.proposal) or any(one.transient for one in self.diagnoses[:1])

    @property
    def diff(self) -> str:
        """The edit as a unified diff; empty where there is none."""
        return diff_of(self.proposal.edits) if self.proposal else ""

    @property
    def pattern(self) -> str:
        """A regular expression that finds the same error in another log."""
        return pattern_of(self.diagnoses[0].line) if self.diagnoses else ""


def opinion(log: str, folder: Path, dockerfile: str, context: str) -> Opinion:
    """Return what a log says of a work tree. `context` is the engine's.

    Raises:
        SpecError: there is no such folder.
    """
    if not folder.is_dir():
        raise SpecError(f"{folder} is no folder", "", "Give the work tree with --dir.")
    found = diagnose(log)
    if not found or found[0].transient:
        return Opinion(found)
    files = TreeFiles(folder)
    place = Place(_context(files, dockerfile), dockerfile)
    request = Request(Key("Run", "diagnose"), "", "", log, None, files, place, ("**",))
    with TemporaryDirectory(prefix="trueup-indexes-") as cache:
        try:
            return Opinion(found, Rules(_indexes(context, Path(cache))).propose(request))
        except TrueupError as error:
            return Opinion(found, hindered=error.text)


def _indexes(context: str, cache: Path) -> Indexes:
    from trueup.adapters.docker.docker_cli import DockerCli
    from trueup.adapters.docker.endpoint import find_endpoint

    return package_indexes(environment(), Path.home(), DockerCli(find_endpoint(context)), cache)


def _context(files: Files, dockerfile: str) -> str:
    """Return the folder whose files the Dockerfile copies: its own, or else that of the tree."""
    own = posixpath.dirname(dockerfile)
    named = sources(stages(files.text(dockerfile) or ""))
    existing = files.paths()
    here = sum(posixpath.normpath(posixpath.join(own, name)) in existing for name in named)
    above = sum(posixpath.normpath(name) in existing for name in named)
    return own if here >= above else ""
