"""`reconcile`, `retry`, `suspend`, `resume`: what a person asks of Trueup, whether it runs or not.

A request is a file in the state directory. A Trueup that runs takes note within a second,
one that does not runs takes note when it starts.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from trueup.app.glance import Glance, glance
from trueup.app.keys import keys_of
from trueup.app.lock import holder
from trueup.app.origin import place_of
from trueup.app.request import answered, ask
from trueup.app.site import Site
from trueup.cli import show
from trueup.cli.configured import settings_of
from trueup.cli.moment import moment
from trueup.kinds import FINITE, KINDS
from trueup.model.errors import SpecError
from trueup.model.key import Key

DONE, ERROR, NOT_READY = 0, 1, 2


def reconcile(arguments: argparse.Namespace) -> int:
    """Look now and forget past failures; return once all is at rest. A run is tried again."""
    seen = _seen(arguments)
    keys = _wanted(seen, keys_of(arguments.key, seen.known()))
    tokens = {key: ask(seen.site, key) for key in keys}
    statuses = answered(seen.site, tokens, arguments.timeout, show.progress, offline=False)
    for key in keys:
        show.say(statuses[key].summary if statuses[key].conditions else f"{key} is gone")
    return DONE if all(one.ready for one in statuses.values() if one.conditions) else NOT_READY


def retry(arguments: argparse.Namespace) -> int:
    """Begin another try of a run that has ended; return once it has ended as well."""
    seen = _seen(arguments)
    (key,) = _wanted(seen, keys_of([arguments.key], seen.known(), usual="Run"))
    _refuse_retry(seen.site, key, arguments.begin)
    token = ask(seen.site, key, begin=arguments.begin)
    found = answered(seen.site, {key: token}, arguments.timeout, show.progress, offline=False)
    show.say(found[key].summary)
    return DONE if found[key].ready else NOT_READY


def suspend(arguments: argparse.Namespace) -> int:
    """Leave stacks alone until they are resumed, or for a while."""
    seen = _seen(arguments)
    until = moment(arguments.until, seen.site.clock.now())
    for key in keys_of(arguments.key, seen.known()):
        said = replace(seen.site.controls.read(key), suspended=arguments.reason, until=until)
        seen.site.controls.write(key, said)
        how_long = f"until {until}" if until else f"until `trueup resume {key.name}`"
        show.say(f"{key} is suspended {how_long}{_when(seen.site)}")
    return DONE


def resume(arguments: argparse.Namespace) -> int:
    """Look after suspended stacks again."""
    seen = _seen(arguments)
    keys = keys_of(arguments.key, seen.known())
    for key in keys:
        _lift(seen.site, key)
    if said := [one for key in keys if (one := _still_suspended(seen.site, key))]:
        show.warn("\n".join(f"trueup: {one.text}" for one in said))
        return ERROR
    return DONE


def _seen(arguments: argparse.Namespace) -> Glance:
    """Look at the sources; one that does not answer does not stop a request."""
    seen = glance(settings_of(arguments))
    for error in seen.errors:
        show.warn(f"trueup: {error}")
    return seen


def _wanted(seen: Glance, keys: Sequence[Key]) -> Sequence[Key]:
    """Refuse to wait for what can never be looked at.

    Raises:
        SpecError: no version of a document was ever valid, or there is no document.
    """
    for key in keys:
        if seen.site.wishes[key] is None:
            problems = "; ".join(map(str, seen.site.wishes.wrong().get(key, ())))
            raise SpecError(
                f"{key} has no valid document", problems, "Correct it, then try again."
            )
    return keys


def _refuse_retry(site: Site, key: Key, begin: str) -> None:
    """Refuse to try again what is no run, has not ended, or has no such step.

    Raises:
        SpecError: which of these it is.
    """
    if key.kind not in FINITE:
        fix = f"For a stack there is: trueup reconcile {key.name}"
        raise SpecError(f"{key} cannot be tried again", "it is no run", fix)
    resource, work = site.wishes[key], site.records.read(key).work
    if work is None or not work.phase.ended:
        stands = f"it is {work.phase}" if work else "it has not begun"
        fix = f"Wait for its end, or leave it alone with: trueup suspend {key}"
        raise SpecError(f"{key} has not ended", stands, fix)
    steps = [one.name for one in resource.spec.steps] if resource else []
    if begin and begin not in steps:
        raise SpecError(f"{key} has no step {begin}", "", f"It has: {', '.join(steps)}.")


def _lift(site: Site, key: Key) -> None:
    """Take back what a person asked for on this host."""
    control = site.controls.read(key)
    if control.suspended:
        site.controls.write(key, replace(control, suspended="", until=""))
        show.say(f"{key} is looked after again{_when(site)}")
    elif not _still_suspended(site, key):
        show.say(f"{key} is not suspended")


def _still_suspended(site: Site, key: Key) -> SpecError | None:
    """Return what there is to say about a suspension that only an edit can lift."""
    resource = site.wishes[key]
    if resource is None:
        return None
    terms = KINDS[key.kind].terms(resource.spec)
    if not terms.suspended or "" < terms.suspended_until <= site.clock.now().isoformat():
        return None
    place = place_of(site, key, ("spec", "suspend"))
    what = f"{key} is suspended by its document"
    return SpecError(what, terms.suspended, f"Take spec.suspend out of {place}.")


def _when(site: Site) -> str:
    return "" if holder(site.state) else " (no Trueup runs here; it counts from its next start)"
