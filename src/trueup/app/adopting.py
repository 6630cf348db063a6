"""Put on record that what runs under a Stack is what is wanted, without touching it.

The record is made by the same look, verification and seal as after any deployment; what
would do more than that is not begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.app.foresee import Foreseen, foresee
from trueup.app.glance import glance
from trueup.app.lock import holder
from trueup.app.site import Site
from trueup.kinds import STANDING
from trueup.kinds.stack.wanted import project_of, tree_name
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.plan import Plan
from trueup.model.steps import Seal, Verify
from trueup.settings import Settings

HASH = "com.docker.compose.config-hash"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it: whether it is done, in words, and what a person should know."""

    done: bool
    text: str
    notes: tuple[str, ...] = ()


def adopt(settings: Settings, key: Key, *, compare: bool) -> Said:
    """Take over what runs under a stack, if it is in every field what is wanted.

    With `compare` compose is asked as well whether it would have made it so.

    Raises:
        TrueupError: the stack is not followed, or cannot be looked at.
    """
    seen = glance(settings)
    (found,) = foresee(seen.site, [key])
    if found.plan is None:
        raise found.error or _unfollowed(seen.errors, found)
    notes = (*_left(seen.site, key, found), *(_notes(seen.site, key) if compare else ()))
    if not all(isinstance(step, Verify | Seal) for step in found.plan.steps) or found.wrong:
        return Said(done=False, text=_refused(found.plan), notes=notes)
    if pid := holder(seen.site.state):
        text = f"The Trueup that runs (process {pid}) takes it over within moments."
        return Said(done=True, text=text, notes=notes)
    return _recorded(settings, key, notes)


def _refused(plan: Plan) -> str:
    """Say in what what runs differs from its files."""
    reasons = [
        f"  {name}: {why}"
        for name, view in plan.services.items()
        if view.reasons != ("in sync",)
        for why in view.reasons
    ]
    what = "What runs is not what its files say, so nothing was taken over:"
    fix = "Make them agree, then try again. `trueup run` would carry out this plan:"
    return "\n".join([what, *reasons, fix, str(plan)])


def rules_for(settings: Settings, key: Key) -> tuple[str, ...]:
    """Return the rules that allow what a stack reaches outside its project, as it runs now."""
    site = glance(settings).site
    resource = site.wishes[key]
    if resource is None:
        return ()
    facts = STANDING[key.kind].observe(resource, site.records.read(key), site.looks)
    rules: tuple[str, ...] = facts.rules
    return rules


def _recorded(settings: Settings, key: Key, notes: tuple[str, ...]) -> Said:
    """Verify and seal, as a running process would."""
    from trueup.app.daemon import Daemon

    daemon = Daemon(settings, lambda _: None, [key])
    daemon.run(once=True)
    status = daemon.site.records.read(key)
    return Said(done=status.applied is not None, text=status.summary, notes=notes)


def _left(site: Site, key: Key, found: Foreseen) -> Iterator[str]:
    """Name containers of the project that no service of the files stands for."""
    resource = site.wishes[key]
    known = found.plan.services if found.plan else {}
    name = (resource.spec.project if resource else "") or key.name
    for one in site.looks.containers(name):
        if known and one.service not in known and not one.oneoff:
            why = f"{one.service} is in no compose file as compose reads it now"
            yield f"{one.name} is left alone: {why}. Perhaps it needs one of spec.profiles"


def _unfollowed(errors: list[str], found: Foreseen) -> SpecError:
    why = "; ".join([*errors, *map(str, found.problems)])
    fix = "Have trueup.yaml name a source that has the folder specs in it."
    return SpecError(f"the document of {found.key} is not followed", why, fix)


def _notes(site: Site, key: Key) -> Iterator[str]:
    """Name services that compose itself would make anew: it sees more fields than we compare."""
    resource = site.wishes[key]
    if resource is None:
        return
    name = resource.spec.project or key.name
    project = project_of(resource, name, site.looks.tree(tree_name(resource)))
    wanted = site.docker.resolver.hashes(project)
    for one in site.looks.containers(name):
        if one.service in wanted and wanted[one.service] != one.labels.get(HASH):
            yield (
                f"{one.name}: compose sees another configuration than it was started with; "
                "what is not compared comes with the next change of the service"
            )
