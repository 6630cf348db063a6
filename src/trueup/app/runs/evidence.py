"""The log that shows what is wrong with a service, put together from what is there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from trueup.model.bench import Evidence
from trueup.model.container import Container
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.ports import Looks, Records, Tools
from trueup.model.redaction import Redactor, is_secretive, mask, mask_named
from trueup.model.status import Status
from trueup.model.work import Work
from trueup.repair.diagnose import diagnose
from trueup.repair.signature import pattern_of

LONGEST = 200_000
OUR_WORDS = re.compile(r"(\blog (?:of \S+ )?(?:has|lacks)) /.*?/(?=[;,.]|$)", re.MULTILINE)
"""How a check of a log is told: the error in it was looked for, which does not show it again."""
TRYING = frozenset({"build", "restart", "verify"})
"""The steps that show something new of a service: whatever else failed, it has the same error."""
NOT_BUILT = re.compile(r"\bbuild failed\b|\bfailed to solve\b")
BUILDING, RUNNING = ("build.log",), ("restart.log",)
"""What a build and a service write. What checks write is of Trueup, and no cause of anything."""
UNVERIFIED = "not verified within"
CHECKED = "--- what the checks of Trueup say"
"""Everything below this line is for people and models: the rules would find a cause in it."""


def evidence(log: str, hidden: Iterable[str] = ()) -> Evidence:
    """Return a log without secrets, and what the rules make of it.

    `hidden` are values that are masked besides, wherever they stand.
    """
    text = OUR_WORDS.sub(r"\1 what was looked for", _bare(log, hidden)[-LONGEST:])
    found = diagnose(written(text))
    return Evidence(text, found[0], pattern_of(found[0].line)) if found else Evidence(text)


def hidden_of(status: Status, service: str, looks: Looks) -> frozenset[str]:
    """Return the values of the variables of a service that are named like a secret."""
    pairs = [
        pair.partition("=")
        for one in _running(status, service, looks)
        for pair in (one.inspect.get("Config") or {}).get("Env") or ()
    ]
    return frozenset(value for name, _, value in pairs if is_secretive(name))


def written(log: str) -> str:
    """Return what the build or the service wrote, without what Trueup says of it."""
    theirs, mark, _ = log.rpartition(f"{CHECKED}\n")
    return theirs if mark else log


def of_attempt(run: Key, stack: Key, work: Work, records: Records) -> str:
    """Return what the last attempt of a Run ended with."""
    last = work.tries[-1]
    if last.step not in TRYING and (
        same := records.paper(run, f"attempt-{last.number}-evidence.log")
    ):
        return same
    names = BUILDING if last.step == "build" else RUNNING
    number = f"attempt-{last.number}-"
    own = [records.paper(run, f"{number}{name}") for name in names]
    theirs = [records.paper(stack, name) for name in names] if not any(own) else []
    return _joined([*own, *theirs, last.error])


def of_stack(status: Status, service: str, records: Records, looks: Looks, tools: Tools) -> str:
    """Return what a stack has left of its last try, and what its service says now.

    Where nothing was built, whatever else is there tells of an earlier try.
    """
    ready = status.condition("Ready")
    failed = status.quarantine is not None or bool(status.tries) or not status.ready
    said = [ready.message] if ready and failed else []
    built = records.paper(status.key, *BUILDING) if failed else ""
    why = status.quarantine.reason if status.quarantine else "".join(said)
    if failed and NOT_BUILT.search(why):
        return _joined([built, *said])
    papers = [records.paper(status.key, name) for name in RUNNING] if failed else []
    return _joined([built, *papers, *said, *_containers(status, service, looks, tools)])


def _containers(status: Status, service: str, looks: Looks, tools: Tools) -> Iterator[str]:
    with suppress(TrueupError):
        for one in _running(status, service, looks):
            yield tools.logs(one.id, "")


def _running(status: Status, service: str, looks: Looks) -> Sequence[Container]:
    project = status.spec.get("project") or status.key.name
    try:
        return [one for one in looks.containers(project) if one.service == service]
    except TrueupError:
        return []


def _bare(log: str, hidden: Iterable[str]) -> str:
    known = Redactor()
    for value in hidden:
        known.add(value)
    return mask_named(known.mask(mask(log)))


def _joined(parts: list[str]) -> str:
    """Return the parts as one text; the verdict of checks comes last, apart from the rest."""
    verdicts = [part for part in parts if UNVERIFIED in part.partition("\n")[0]]
    others = [part for part in parts if part not in verdicts]
    apart = [CHECKED, *verdicts] if verdicts else []
    said = [part.rstrip("\n") for part in (*others, *apart) if part.strip()]
    return "\n".join(said) + "\n" if said else ""
