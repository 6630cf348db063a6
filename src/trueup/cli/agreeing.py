"""`confirm`, `approve`, `reject`: what a person says to what Trueup would not do by itself.

What is agreed to is a file in the state directory. A Trueup that runs takes note within a
second, one that does not run takes note when it starts.
"""

import argparse
import getpass

from trueup.app.departures import Confirmed
from trueup.app.foresee import foresee
from trueup.app.glance import glance
from trueup.app.keys import keys_of
from trueup.app.lock import holder
from trueup.app.removals import Held
from trueup.app.site import Site
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.cli.moment import moment
from trueup.documents.sentences import guess
from trueup.model.consent import APPROVED, REJECTED, Approval, Ask
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.release import commit

DONE = 0
COMMAND_LINE = "command line"
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


def approve(arguments: argparse.Namespace) -> int:
    """Let exactly one plan for a protected service go on."""
    return _decide(arguments, APPROVED)


def reject(arguments: argparse.Namespace) -> int:
    """Say that a plan must not go on; another one asks anew."""
    return _decide(arguments, REJECTED)


def _decide(arguments: argparse.Namespace, decision: str) -> int:
    seen = glance(settings_of(arguments))
    for error in seen.errors:
        show.warn(f"trueup: {error}")
    (key,) = keys_of([arguments.key], seen.known())
    ask, now = _asked(seen.site, key, arguments.plan), seen.site.clock.now()
    said = Approval(
        subject=str(key),
        plan=ask.plan,
        decision=decision,
        by=who(),
        at=now.isoformat(timespec="microseconds"),
        via=COMMAND_LINE,
        expires=moment(arguments.until, now),
    )
    seen.site.decisions.add(key, said)
    show.say(f"{ask.text.rstrip()}\n{decision}: plan {ask.plan} of {key}{when(seen.site)}")
    return DONE


def _asked(site: Site, key: Key, plan: str) -> Ask:
    """Return what waits for an approval of a plan.

    Raises:
        SpecError: nothing waits, or another plan does: it must be read before it is approved.
    """
    ask = site.records.read(key).asks
    if ask is not None and ask.plan == plan:
        return ask
    (foreseen,) = foresee(site, [key])
    now = foreseen.plan.asks if foreseen.plan else None
    if now is not None and plan == now.plan:
        return now
    if foreseen.error is not None:
        raise foreseen.error
    if now is None:
        raise SpecError(f"nothing of {key} waits for an approval", "", "See `trueup plan`.")
    fix = "Read it with `trueup plan`; approve that one if it is meant."
    raise SpecError(f"plan {plan} of {key} is not what would be done now", str(now), fix)


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
