"""From a survey to steps: everything is fetched and built before anything is touched. Pure."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from trueup.kinds.stack.case import case_of
from trueup.kinds.stack.checks import between, checks
from trueup.kinds.stack.judge import Act, Judgement
from trueup.kinds.stack.order import waves
from trueup.kinds.stack.survey import Survey
from trueup.kinds.stack.target import Service, sealed_file
from trueup.kinds.stack.trial import more_checks
from trueup.kinds.stack.volumes import left_behind
from trueup.model.steps import (
    Build,
    Change,
    Pull,
    Reload,
    Remove,
    Restart,
    Seal,
    Step,
    Sweep,
    Undo,
    Verify,
    short,
    undo_of,
)


def steps(survey: Survey) -> tuple[Step, ...]:
    """Return every step from what runs to a verified target; none when nothing is to do."""
    acts = (*_soft(survey), *_in_place(survey), *_waves(survey))
    touched = (*survey.mends, *acts, *_removals(survey, last=False))
    last = tuple(_removals(survey, last=True))
    if not touched and not last and survey.verified:
        return ()
    return (*_fetches(survey), *touched, *_check(survey), *last, *_seal(survey))


def _fetches(survey: Survey) -> Iterator[Step]:
    """Pulls and builds for the services that are about to change, and missing images."""
    for name, service in sorted(survey.target.services.items()):
        judged = survey.judged[name]
        there = survey.facts.images.get(service.image, "")
        wants = judged.act in {Act.UP, Act.RECREATE}
        if service.builds and not there and wants:
            file = survey.target.built_by or survey.target.file
            yield Build(name, service.image, file, _because(judged))
        elif wants and not service.builds and (not there or _always(service)):
            yield Pull(name, service.image, _because(judged))


def _always(service: Service) -> bool:
    return service.model.get("pull_policy") == "always"


def _waves(survey: Survey) -> Iterator[Step]:
    """Restarts in dependency order, with a wait where a later service asks for one."""
    changing = [n for n, j in survey.judged.items() if j.act in {Act.UP, Act.RECREATE}]
    needs = {name: tuple(one.needs) for name, one in survey.target.services.items()}
    groups = waves(changing, needs)
    for index, group in enumerate(groups):
        for forced in (False, True):
            names = [n for n in group if (survey.judged[n].act is Act.RECREATE) is forced]
            if names:
                yield _restart(survey, names, forced=forced)
        later = [name for rest in groups[index + 1 :] for name in rest]
        if waits := between(group, survey.target, later):
            yield Verify(survey.target.project, waits, survey.spec.timeout)


def _restart(survey: Survey, names: list[str], *, forced: bool) -> Restart:
    changes = tuple(_change(survey, name) for name in names)
    undo = () if survey.drifts else tuple(_back(survey, names))
    return Restart(survey.target.project, survey.target.file, changes, forced, undo)


def _change(survey: Survey, name: str) -> Change:
    old = survey.applied.services.get(name) if survey.applied else None
    if survey.drifts or survey.applied is None:
        before = ""
    elif old is None or _once(survey, name):
        before = f"{name} is removed"
    else:
        before = f"{name} -> {short(old.image)}"
    image = survey.target.services[name].image
    return Change(name, image, _because(survey.judged[name]), before)


def _back(survey: Survey, names: list[str]) -> Iterator[Undo]:
    """The way back leads to the last verified release, never to what happened to run."""
    applied = survey.applied
    if applied is None:
        return
    known = [name for name in names if name in applied.services and not _once(survey, name)]
    for name in sorted(set(names) - set(known)):
        why = "has done its work" if name in applied.services else "is not in it"
        yield Remove(applied.project, name, f"back to the verified release: {why}")
    for group in waves(known, {n: tuple(applied.services[n].needs) for n in known}):
        changes = tuple(
            Change(n, applied.services[n].image, "back to the verified release") for n in group
        )
        yield Restart(applied.project, applied.file, changes)


def ahead(survey: Survey, todo: Iterable[Step]) -> tuple[Undo, ...]:
    """Return the way back for what an earlier, interrupted try has changed already."""
    if survey.applied is None or survey.drifts:
        return ()
    touched = {name for step in todo for undo in undo_of(step) for name in _concerns(undo)}
    names = sorted({*survey.applied.services, *survey.target.services} - touched)
    return tuple(_back(survey, [name for name in names if _strayed(survey, name)]))


def _strayed(survey: Survey, name: str) -> bool:
    """Whether a service is not as the last verified release has it."""
    mine = [c for c in survey.facts.containers if c.service == name and not c.oneoff]
    if survey.applied is None or name not in survey.applied.services:
        return bool(mine)
    case = case_of(survey.applied.services[name], survey.applied, survey.facts, survey.spec)
    short = len(mine) < case.service.replicas and not _once(survey, name)
    return short or any(case.interrupted(one) for one in mine)


def _once(survey: Survey, name: str) -> bool:
    """Whether a service ends by itself, in the target or in the last verified release."""
    targets = [one for one in (survey.target, survey.applied) if one is not None]
    return any(name in one.services and one.services[name].said.one_shot for one in targets)


def _concerns(undo: Undo) -> tuple[str, ...]:
    match undo:
        case Restart():
            return undo.services
        case Remove():
            return (undo.service,)
        case Sweep():
            return ()
        case _:
            assert_never(undo)


def _in_place(survey: Survey) -> Iterator[Step]:
    verbs = {Act.UNPAUSE: "unpause", Act.RESTART: "restart"}
    for name, judged in survey.judged.items():
        if judged.act in verbs:
            yield from (
                Reload(name, one.id, verbs[judged.act], _because(judged))
                for one in judged.containers
            )


def _soft(survey: Survey) -> Iterator[Step]:
    for name, judged in survey.judged.items():
        if judged.act is Act.SOFT and judged.soft != "ignore":
            yield from (
                Reload(name, one.id, judged.soft, _because(judged)) for one in judged.containers
            )


def _removals(survey: Survey, *, last: bool) -> Iterator[Step]:
    """Remove what left the compose file.

    What has an anonymous volume goes last, when nothing can fail any more: were it brought
    back, it would not find its data again.
    """
    for name, why in survey.removed.items():
        data = left_behind(survey.facts.containers, name)
        if bool(data) is not last:
            continue
        cause = why + data
        known = survey.applied is not None and name in survey.applied.services
        undo = tuple(_back(survey, [name])) if known and not survey.drifts else ()
        yield Remove(survey.target.project, name, cause, undo)


def _check(survey: Survey) -> Iterator[Step]:
    """Verification of the whole stack."""
    target = survey.target
    wanted = (*more_checks(survey), *checks(target, done=survey.completed))
    if wanted:
        yield Verify(target.project, wanted, survey.spec.timeout)


def _seal(survey: Survey) -> Iterator[Step]:
    """The seal, where this is a new release."""
    target = survey.target
    if not survey.drifts:
        images = {name: one.image for name, one in sorted(target.services.items())}
        yield Seal(target.project, target.file, sealed_file(survey.key, target.digest), images)


def _because(judged: Judgement) -> str:
    first, *rest = judged.reasons
    return first + (f" (and {len(rest)} more)" if rest else "")
