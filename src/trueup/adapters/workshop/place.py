"""Where the work tree of a Run is, and the note that says it is whole.

The note is written last, so that a tree without one is made anew. It names the boot of this
machine as well: what a power cut did to files that were only just written, nobody knows.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.adapters.disk.records import replace_file
from trueup.model.errors import ToolError
from trueup.model.key import DNS_LABEL, Key
from trueup.model.shortage import refuse_shortage
from trueup.model.workshop import Workplace

BOOT = Path("/proc/sys/kernel/random/boot_id")
MOST_LEFT = 20


@dataclass(frozen=True, slots=True)
class Place:
    """The directory of one Run below the workshop's own."""

    directory: Path

    @property
    def root(self) -> Path:
        """The work tree."""
        return self.directory / "tree"

    @property
    def edits(self) -> Path:
        """What was edited, and what stood there before."""
        return self.directory / "edits.json"

    @property
    def publishing(self) -> Path:
        """Where a commit is made."""
        return self.directory / "publish"

    def workplace(self) -> Workplace | None:
        """Return the work tree that is here; None where there is none, or half of one."""
        try:
            said = json.loads(self._note.read_text())
            found = Workplace(
                str(self.root), said["source"], said["revision"], tuple(said["left"])
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            refuse_shortage(error)
            return None
        return found if said.get("boot") == _boot() and self.root.is_dir() else None

    def made(self, workplace: Workplace) -> None:
        """Note that the work tree is whole."""
        said = {
            "source": workplace.source,
            "revision": workplace.revision,
            "left": workplace.left[:MOST_LEFT],
            "boot": _boot(),
        }
        replace_file(self._note, json.dumps(said))

    def clear(self) -> None:
        """Remove everything, also where a removal was cut off."""
        self._note.unlink(missing_ok=True)
        try:
            shutil.rmtree(self.directory)
        except FileNotFoundError:
            return
        except OSError as error:
            refuse_shortage(error)
            what = f"the work tree {self.directory} could not be removed"
            raise ToolError(what, error.strerror or "", "Remove it by hand.") from error

    @property
    def _note(self) -> Path:
        return self.directory / "opened.json"


@dataclass(frozen=True, slots=True)
class Places:
    """The directories of all Runs, below `directory`."""

    directory: Path

    def of(self, run: Key) -> Place:
        """Return the directory of a Run; nothing needs to be there."""
        return Place(self.directory / run.kind / run.name)

    def known(self) -> Iterator[Key]:
        """Yield every Run that something is here of."""
        for found in sorted(self.directory.glob("[A-Z]*/*")):
            if DNS_LABEL.match(found.name):
                yield Key(found.parent.name, found.name)


def _boot() -> str:
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""
