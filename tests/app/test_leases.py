"""Who has a stack to itself: one Run at a time, also where two ask at the same moment."""

from typing import Any

from tests.fakes import FakeRecords
from trueup.app.runs.leases import Leases
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.model.work import Phase, Work

STACK, ONE, TWO = Key("Stack", "web"), Key("Run", "one"), Key("Run", "two")


def leases(*statuses: Status) -> Leases:
    records: Any = FakeRecords({one.key: one for one in statuses})
    return Leases(records, tuple)


def test_a_stack_is_given_to_one_run_until_it_is_free_again() -> None:
    found = leases()

    assert (found.take(ONE, STACK), found.take(TWO, STACK), found.take(ONE, STACK)) == (
        True,
        False,
        True,
    )
    found.free(ONE)
    assert (found.take(TWO, STACK), found.holder(STACK)) == (True, TWO)


def test_what_is_on_record_counts_for_a_new_process_until_the_run_has_ended() -> None:
    held = Work("a", Phase.RUNNING, holds="Stack/web")

    assert leases(Status(ONE, work=held)).take(TWO, STACK) is False
    assert leases(Status(ONE, work=Work("a", Phase.FAILED, holds="Stack/web"))).take(TWO, STACK)


def test_whoever_asks_in_vain_takes_nothing_from_the_one_that_has_it() -> None:
    found = leases()
    found.take(ONE, STACK)

    assert not found.take(TWO, STACK)
    assert found.holder(STACK) == ONE
    found.free(TWO)
    assert found.holder(STACK) == ONE
