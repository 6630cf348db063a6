"""`history` and `rollback`: what ran before, and going back to it.

A rollback needs neither git nor a registry: the release file, the copies of what it mounts
and the images are on this host.
"""

import argparse

from trueup.app.glance import Glance, glance, readable
from trueup.app.keys import keys_of
from trueup.app.request import answered, ask
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.kinds import FINITE
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.release import named
from trueup.model.status import Entry, Status
from trueup.report import runs
from trueup.report.past import HEADER, chosen, document, rows, verified
from trueup.report.records import json_of

DONE, NOT_DONE = 0, 2


def history(arguments: argparse.Namespace) -> int:
    """Show what was tried, and what can be gone back to."""
    site = readable(settings_of(arguments))
    (key,) = keys_of([arguments.key], site.records.known())
    status = site.records.read(key)
    if arguments.output == "json":
        show.say(json_of(runs.history(status.work) if status.work else document(status)))
    elif status.work is not None and status.work.tries:
        show.table(runs.HEADER, reversed(runs.attempts(status.work)))
    elif status.history:
        show.table(HEADER, rows(status, site.clock.now()))
    else:
        show.warn(f"trueup: {_nothing(status)}")
    return DONE


def _nothing(status: Status) -> str:
    if status.work is None:
        return f"nothing was tried for {status.key} yet"
    return f"no attempt of {status.key} has failed; see `trueup describe {status.key}`"


def rollback(arguments: argparse.Namespace) -> int:
    """Go back to an earlier verified release, until git says something new."""
    seen = glance(settings_of(arguments))
    for error in seen.errors:
        show.warn(f"trueup: {error}")
    (key,) = keys_of([arguments.key], seen.known())
    _refuse_finite(key)
    goal = _goal(seen, key, arguments.to)
    token = ask(seen.site, key, revert=goal.digest)
    found = answered(seen.site, {key: token}, arguments.timeout, show.progress, offline=True)
    show.say(found[key].summary)
    if _asleep(found[key]):
        show.warn(f"trueup: {key} is suspended; it goes back when `trueup resume {key.name}` says")
    return DONE if _arrived(found[key], goal) else NOT_DONE


def _refuse_finite(key: Key) -> None:
    """Refuse to go back to what work has left.

    Raises:
        SpecError: it is work that comes to an end, and so has no releases.
    """
    if key.kind in FINITE:
        what, why = f"{key} cannot be rolled back", "a run has no releases, its stack has"
        raise SpecError(what, why, "Go back with: trueup rollback STACK, or revert its commit.")


def _goal(seen: Glance, key: Key, words: str) -> Entry:
    """Return the release to go back to.

    Raises:
        SpecError: there is no such release, or its file is gone.
    """
    status = seen.site.records.read(key)
    goal = chosen(status, words)
    if goal is None:
        there = ", ".join(named(one.revision, one.digest) for one in verified(status))
        why = f"there are: {there}" if there else "no other release was ever verified here"
        raise SpecError(
            f"{key} has no release {words} to go back to", why, f"See `trueup history {key.name}`."
        )
    if not seen.site.docker.releases.stored(
        f"releases/{key.kind}/{key.name}/{goal.digest}.sealed.json"
    ):
        what = f"release {named(goal.revision, goal.digest)} of {key} is gone"
        raise SpecError(
            what, "its file is not in the state directory", "Revert the commit in git."
        )
    return goal


def _asleep(status: Status) -> bool:
    ready = status.condition("Ready")
    return ready is not None and ready.reason == "Suspended" and status.reverted is not None


def _arrived(status: Status, goal: Entry) -> bool:
    return status.applied is not None and status.applied.digest == goal.digest
