"""How many Runs the failures of one stack may make, and which are kept. Pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from trueup.app.made import Made, Spent

DAY, OLD = timedelta(days=1), timedelta(days=30)
KEPT = 10


def used_up(made: Iterable[Made], spent: Spent, per_day: int, now: datetime) -> bool:
    """Whether no other Run may be made within this day."""
    since = max(filter(None, ((now - DAY).isoformat(), spent.renewed)), key=_moment)
    return sum(_moment(one.at) > _moment(since) for one in made) >= per_day


def renewed(spent: Spent, digest: str, own: Collection[str], now: datetime) -> Spent:
    """Return what counts once a stack is wanted to be something else than when it was spent.

    `own` are the digests that Runs have published: those are no word of a person.
    """
    if not spent.digest or digest in {"", spent.digest, *own}:
        return spent
    return Spent(renewed=now.isoformat(timespec="seconds"))


def exhausted(digest: str, per_day: int) -> Spent:
    """Return that a stack has used up its Runs, and what it waits for."""
    many = f"{per_day} Runs were" if per_day > 1 else "one Run was"
    says = (
        f"{many} made of its failures within 24 hours (repair.perDay)."
        " No more is made until a commit changes what it is made of."
    )
    return Spent(digest, says)


def outdated(made: Sequence[Made], ended: Collection[str], now: datetime) -> tuple[Made, ...]:
    """Return the Runs of one stack, oldest first, that are not worth keeping.

    `ended` names those that are over. Those of a day are kept, for they are counted.
    """
    late = {one.name for one in made[:-KEPT] if now - _moment(one.at) > DAY}
    late |= {one.name for one in made if now - _moment(one.at) > OLD}
    return tuple(one for one in made if one.name in late and one.name in ended)


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
