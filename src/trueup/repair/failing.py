"""Which stages of a Dockerfile count for an error: the one that failed, or else the one built."""

from trueup.model.repair import Request
from trueup.repair.dockerfile import Stage, failed, lineage, stages


def built_stages(request: Request, act: str = "") -> tuple[Stage, ...]:
    """Return the stage that failed, or else the one that is built, and those that it comes from.

    First those below it, then those that files are copied from. None where there is no
    Dockerfile to be read. `act` is the instruction as a log shows it.
    """
    every = stages(request.files.text(request.place.dockerfile) or "")
    found = failed(every, act)
    chain = lineage(every, str(found[0].index) if found else request.place.target)
    for stage in chain:
        for name in _copied_from(stage):
            earlier = every[: stage.index]
            if any(name.lower() in {one.name.lower(), str(one.index)} for one in earlier):
                chain += tuple(one for one in lineage(every, name) if one not in chain)
    return chain


def _copied_from(stage: Stage) -> tuple[str, ...]:
    flags = (dict(one.flags) for one in stage.instructions if one.word == "COPY")
    return tuple(dict.fromkeys(name for of in flags if (name := of.get("from"))))
