"""What keeps a project that runs from being taken over. Pure.

Taking over touches nothing. Until the first release is verified, whatever differs from the
document is named, and refused as a whole: a container, a service, or the state that it is in.
"""

from collections.abc import Iterator

from trueup.kinds.stack.case import STRANGE
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.judge import Act
from trueup.kinds.stack.owner import ours
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.survey import Survey, survey
from trueup.model.container import ADOPTED, SOURCE, STACK, Container
from trueup.model.resource import Resource
from trueup.model.status import Status


def untaken(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> str:
    """Return what differs; empty where nothing is taken over, or everything agrees."""
    if not resource.spec.adopt or status.applied is not None or facts.wanted is None:
        return ""
    if any(_owned(one) and not ours(one, resource) for one in facts.containers):
        return ""  # another owner is the graver reason
    theirs = [one for one in facts.containers if _theirs(one)]
    said = list(dict.fromkeys(_differences(survey(resource, facts, facts.wanted), theirs)))
    if not said:
        return ""
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    return (
        f"compose project {facts.project} is not what the document wants, so nothing of it is "
        f"taken over: {said[0]}{more}; make the two agree, or give this stack another spec.project"
    )


def _owned(container: Container) -> bool:
    return STACK in container.labels or SOURCE in container.labels


def _theirs(container: Container) -> bool:
    """Whether somebody else started a container, be it as it is wanted or not."""
    return not container.oneoff and (ADOPTED in container.labels or STACK not in container.labels)


def _differences(found: Survey, theirs: list[Container]) -> Iterator[str]:
    mended = {one.container for one in found.mends}
    for one in theirs:
        judged = found.judged.get(one.service)
        if judged is None:
            yield f"{one.name} is of {one.service or 'no service'}, which is not in the project"
        elif one.id in mended:
            yield f"{one.name} has a wrong name or number"
        elif judged.act is not Act.NOTHING:
            yield from (f"{one.service}: {why}" for why in _telling(judged.reasons))


def _telling(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Return the reasons without the one that is true of everything here."""
    return tuple(why for why in reasons if why != STRANGE) or reasons
