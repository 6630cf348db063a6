"""Which Runs are woken when a stack has had its turn."""

from dataclasses import replace

from trueup.app.runs.waiting import Waiting
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.model.work import Phase, Work

FIRST, SECOND, WEB, SHOP = (
    *(Key("Run", name) for name in ("first", "second")),
    *(Key("Stack", name) for name in ("web", "shop")),
)


def status(run: Key, phase: Phase) -> Status:
    return replace(Status(run), work=Work("spec", phase))


def test_every_run_under_way_with_a_stack_is_woken_and_none_that_has_ended() -> None:
    waiting = Waiting()
    for run in (FIRST, SECOND):
        waiting.begin(run, WEB)
    waiting.end(FIRST, status(FIRST, Phase.WAITING))
    assert set(waiting.on(WEB)) == {FIRST, SECOND}
    assert waiting.on(SHOP) == ()

    waiting.end(SECOND, status(SECOND, Phase.SUCCEEDED))
    assert waiting.on(WEB) == (FIRST,)

    waiting.end(FIRST, Status(FIRST))
    assert waiting.on(WEB) == ()
