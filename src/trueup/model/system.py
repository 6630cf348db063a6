"""What a base image is, and what the distribution inside it offers. Data and ports only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

DEBIAN, ALPINE = "debian", "alpine"


@dataclass(frozen=True, slots=True)
class Offer:
    """A package that can be installed: its name and version, and names that it stands for.

    `runs_on` is `python` or `node` for a program that its own installer may have as well.
    """

    name: str
    version: str
    provides: tuple[str, ...] = ()
    runs_on: str = ""


class Distribution(Protocol):
    """The distribution inside an image, and its own package index.

    Every question but the properties may raise `TransientError`: the index does not answer now.
    """

    @property
    def family(self) -> str:
        """`debian` for all that use apt, `alpine` for all that use apk."""

    @property
    def name(self) -> str:
        """What it calls itself, such as `Debian GNU/Linux 12 (bookworm)`."""

    @property
    def user(self) -> str:
        """Who the image runs commands as; empty for root."""

    @property
    def installed(self) -> frozenset[str]:
        """The packages that are in the image."""

    def package(self, name: str) -> Offer | None:
        """Return the package of a name; None where none can be installed."""

    def names(self) -> frozenset[str]:
        """Return the names of all packages."""

    def standing_for(self, name: str) -> tuple[Offer, ...]:
        """Return the packages that say that they provide what has this name."""

    def holding(self, paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return packages that have a file whose path ends like one of these, and that path."""


class Bases(Protocol):
    """The base images of builds."""

    def system(self, image: str) -> Distribution | None:
        """Return the distribution inside an image; None where it is of no kind that is known.

        Raises:
            TransientError: the image cannot be had now.
            ToolError: there is no such image, or it cannot be run.
        """

    def has_image(self, image: str) -> bool:
        """Say whether the registry, or the engine itself, has an image.

        Raises:
            TransientError: the registry does not answer.
        """
