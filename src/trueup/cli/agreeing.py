"""`confirm`: a person agrees to what Trueup would not do by itself.

What is agreed to is a file in the state directory. A Trueup that runs takes note within a
second, one that does not run takes note when it starts.
"""

import argparse
import getpass

from trueup.app.departures import Confirmed
from trueup.app.glance import glance
from trueup.app.lock import holder
from trueup.app.removals import Held
from trueup.app.site import Site
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.documents.sentences import guess
from trueup.model.errors import SpecError
from trueup.model.release import commit

DONE = 0
SHORTEST = 7
"""How many letters of a revision name it well enough."""


def confirm(arguments: argparse.Namespace) -> int:
    """Let a removal go on, exactly as a revision has it."""
    seen = glance(settings_of(arguments))
    for error in seen.errors:
        show.warn(f"trueup: {error}")
    held = _held(seen.site, arguments.source, arguments.revision)
    now = seen.site.clock.now().isoformat(timespec="seconds")
    said = Confirmed(held.revision, held.keys, who(), now)
    seen.site.departures.ask(arguments.source, said)
    names = ", ".join(str(key) for key in sorted(held.keys))
    show.say(f"{names}: the removal is confirmed{when(seen.site)}")
    return DONE


def _held(site: Site, source: str, revision: str) -> Held:
    """Return what a source would remove at a revision.

    Raises:
        SpecError: there is no such source, nothing waits, or another revision is there now.
    """
    if source not in site.sources:
        fix = guess(source, site.sources) or f"There is: {', '.join(site.sources)}."
        raise SpecError(f"there is no source {source}", "", fix.strip())
    held = site.wishes.held(source)
    if not held.keys:
        raise SpecError(f"nothing of source {source} waits to be removed", "", "")
    if len(revision) < SHORTEST or not held.revision.startswith(revision):
        now = commit(held.revision) or held.revision
        what = f"source {source} is not at {revision}"
        raise SpecError(what, f"it is at {now}: {held.why}", "Confirm that one if it is meant.")
    return held


def who() -> str:
    """Return the name of the person at the terminal; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def when(site: Site) -> str:
    """Return from when on something counts, where that is not at once."""
    return "" if holder(site.state) else " (no Trueup runs here; it counts from its next start)"
