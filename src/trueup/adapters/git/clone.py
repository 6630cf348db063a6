"""Our own copy of a remote repository, which heals itself.

Whatever happens to the copy, the remedy is one: fetch anew into a fresh directory, and put
that in its place once it is complete. If the remote is away as well, the old copy stays.
"""

import shutil
from dataclasses import replace
from pathlib import Path

from trueup.adapters.git import aim as aims
from trueup.adapters.git.aim import Aim, Wanted
from trueup.adapters.git.batch import BrokenError
from trueup.adapters.git.repository import Repository
from trueup.model.errors import ToolError, TransientError


class Clone:
    """A bare repository, kept at what `aim` says of its remote."""

    def __init__(self, repository: Repository, aim: Aim) -> None:
        self.repository, self._aim = repository, aim
        self.repository.tidy()

    def latest(self) -> Wanted:
        """Return what is wanted, fetched.

        Raises:
            TransientError: the remote does not answer; what is here stays as it is.
            ToolError: the remote refuses.
        """
        wanted = aims.ask(self._aim, self.repository)
        here = wanted and all(map(self.repository.has, filter(None, (wanted.commit, wanted.tag))))
        return wanted if wanted and here else self._fetched()

    def renew(self) -> Wanted:
        """Throw our copy away for a new one, once that is complete; return what is wanted.

        Raises:
            TransientError: the remote does not answer; the old copy stays.
            ToolError: the remote refuses; the old copy stays.
        """
        old = self.repository.directory
        fresh = replace(self.repository, directory=old.with_suffix(".new"))
        try:
            fresh.create(self._kind())
            wanted = aims.fetch(self._aim, fresh)
        except BrokenError as error:
            raise ToolError(f"{old} cannot be made anew", str(error)) from error
        _swap(old, fresh.directory)
        return wanted

    def _fetched(self) -> Wanted:
        if not (self.repository.directory / "HEAD").is_file():
            return self.renew()
        try:
            wanted = aims.fetch(self._aim, self.repository)
        except BrokenError:
            return self.renew()
        except (TransientError, ToolError):
            if self.repository.sound():
                raise
            return self.renew()
        self.repository.compact()
        return wanted

    def _kind(self) -> str:
        """Return any object id of the remote, for its length."""
        found = self.repository.ask()
        return next(iter(found.values()), "")


def _swap(old: Path, new: Path) -> None:
    trash = old.with_suffix(".old")
    shutil.rmtree(trash, ignore_errors=True)
    if old.exists():
        old.rename(trash)
    new.rename(old)
    shutil.rmtree(trash, ignore_errors=True)
