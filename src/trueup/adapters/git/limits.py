"""How much a repository may be: enough for every honest one, and an end for all others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from trueup.model.errors import ToolError
from trueup.model.size import readable

Item = TypeVar("Item")

REFS = 50_000
MODULES = 100
RAISE = "What was applied before stays in force. Raise {} of the source if it is meant to be so."


@dataclass(frozen=True, slots=True)
class Limits:
    """`files` (and folders) of a commit, and `size` in bytes: of them, and of one fetch."""

    files: int = 100_000
    size: int = 4 << 30

    def counted(
        self, what: str, items: Iterable[Item], size_of: Callable[[Item], int]
    ) -> Iterator[Item]:
        """Yield items for as long as they are within the limits.

        Raises:
            ToolError: they are not.
        """
        total = 0
        for number, item in enumerate(items, start=1):
            total += size_of(item)
            if number > self.files:
                raise self.too_many(what)
            if total > self.size:
                raise self.too_large(what)
            yield item

    def too_many(self, what: str) -> ToolError:
        """Return the error for more files than are allowed."""
        why = f"it has more than {self.files} files and folders"
        return ToolError(f"{what} is refused", why, RAISE.format("maxFiles"))

    def too_large(self, what: str) -> ToolError:
        """Return the error for more bytes than are allowed."""
        why = f"it is larger than {readable(self.size)}"
        return ToolError(f"{what} is refused", why, RAISE.format("maxSize"))
