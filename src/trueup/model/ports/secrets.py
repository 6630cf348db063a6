"""What is asked of whoever reads secrets.

Refuses to know how they are encrypted, and where they are kept.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from trueup.model.key import Key
from trueup.model.ports.project import Project
from trueup.model.secret import Reference, Revealed


class Secrets(Protocol):
    """Reads secrets. What it returns names values by their digests; `owner` is whose they are."""

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        """Return the secrets that references point at. Encrypted files must be below `root`.

        Raises:
            SpecError: one is not allowed, not there, or cannot be decrypted.
        """

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:
        """Return the variables of an encrypted env file; None where it is not encrypted."""

    def env_files(self, project: Project) -> tuple[str, ...]:
        """Return the files that services may take variables from."""

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:
        """Return the values of digests, as variables; those that are not known are left out."""
