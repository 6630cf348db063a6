"""`reconcile`, `suspend`, `resume`: requests on record, whether Trueup runs or not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Child
from tests.cli.place import Place
from tests.report.statuses import AT, READY, ROLLED_BACK
from trueup.app.controls import Control, Controls
from trueup.app.lock import locked
from trueup.model.key import Key
from trueup.model.status import Condition, Journal, Status

WEB = Key("Stack", "web")


def control(place: Place, key: Key = WEB) -> Control:
    return Controls(place.state).read(key)


@contextmanager
def answering(place: Place, *answers: Status, key: Key = WEB) -> Iterator[None]:
    """Be the running process: answer each request with statuses, one after the other."""
    stop = threading.Event()

    def answer() -> None:
        while not stop.wait(0.02):
            if token := control(place, key).requested:
                for one in answers:
                    place.status(replace(one, handled_request=token))
                    stop.wait(0.5)
                return

    thread = threading.Thread(target=answer)
    with locked(place.state):
        thread.start()
        yield
        stop.set()
        thread.join()


def test_a_suspension_is_put_on_record_with_its_reason(place: Place) -> None:
    said = place.run("suspend", "web", "--reason", "disk is full")

    assert said.code == 0
    assert control(place) == Control(suspended="disk is full")
    assert "until `trueup resume web`" in said.out
    assert "no Trueup runs here" in said.out


def test_a_suspension_may_last_for_a_while_or_until_a_time(place: Place) -> None:
    place.run("suspend", "web", "--until", "2h")
    soon = datetime.fromisoformat(control(place).until)
    place.run("suspend", "web", "--until", "2100-01-31T08:00")
    naive = control(place).until
    place.run("suspend", "web", "--until", "2100-01-31T08:00+02:00")

    left = soon - datetime.now(UTC)
    assert timedelta(minutes=119) < left < timedelta(minutes=121)
    assert naive == "2100-01-31T08:00:00+00:00"
    assert control(place).until == "2100-01-31T06:00:00+00:00"


@pytest.mark.parametrize("until", ["soon", "2020-01-01", "0s", "99999999999999d"])
def test_a_time_that_cannot_be_is_refused(place: Place, until: str) -> None:
    said = place.run("suspend", "web", "--until", until)

    assert said.code == 1
    assert "2030-01-31T08:00 (UTC)" in said.err
    assert control(place) == Control()


def test_resuming_lifts_what_a_person_asked_for_and_nothing_else(place: Place) -> None:
    Controls(place.state).write(WEB, Control("maintenance", "", "token-1"))

    said = place.run("resume", "web")

    assert said.code == 0
    assert control(place) == Control(requested="token-1")
    assert place.run("resume", "web").out == "Stack/web is not suspended\n"


def test_what_its_document_suspends_must_be_edited_there(place: Place) -> None:
    place.document("web", "  path: .\n  suspend: {reason: move}")
    place.run("suspend", "web")

    said = place.run("resume", "web")

    assert said.code == 1
    assert "Stack/web is suspended by its document: move." in said.err
    assert f"Take spec.suspend out of {place.specs}/web.yaml:7." in said.err
    assert control(place).suspended == ""


def test_a_suspension_of_the_document_that_has_passed_is_none(place: Place) -> None:
    place.document("web", "  suspend: {until: 2020-01-01T00:00:00Z}")

    assert place.run("resume", "web").out == "Stack/web is not suspended\n"


def test_several_stacks_are_asked_for_at_once(place: Place) -> None:
    place.document("db")

    assert place.run("suspend", "web", "db").code == 0
    assert Controls(place.state).read(Key("Stack", "db")).suspended
    assert control(place).suspended


def test_one_wrong_name_among_several_changes_nothing(place: Place) -> None:
    assert place.run("suspend", "web", "nope").code == 1
    assert control(place) == Control()


def test_reconcile_waits_until_the_running_process_has_come_to_rest(place: Place) -> None:
    journal = Journal("r", "d", 1, 2, "restart  api", AT)
    busy = replace(
        READY, journal=journal, conditions=(Condition("Reconciling", "True", "P", "m", AT),)
    )
    with answering(place, busy, READY):
        said = place.run("reconcile", "web")

    assert said.code == 0
    assert "Stack/web apply 1/2 restart  api" in said.err
    assert said.out.startswith("Stack/web Synced Healthy - Verified")


def test_reconcile_tells_by_its_exit_code_that_a_stack_is_not_ready(place: Place) -> None:
    with answering(place, ROLLED_BACK):
        said = place.run("reconcile", "web")

    assert said.code == 2
    assert "RolledBack" in said.out


def test_an_older_request_that_was_handled_is_no_answer(place: Place) -> None:
    place.status(replace(READY, handled_request="an older one"))
    with answering(place):
        said = place.run("reconcile", "web", "--timeout", "0.5")

    assert said.code == 1
    assert "Stack/web did not come to rest in time" in said.err


def test_a_retry_that_is_due_later_is_no_rest(place: Place) -> None:
    waiting = Condition("Reconciling", "True", "ProgressingWithRetry", "pull failed", AT)
    with answering(place, replace(READY, conditions=(waiting,))):
        said = place.run("reconcile", "web", "--timeout", "1")

    assert said.code == 1
    assert "ProgressingWithRetry: pull failed" in said.err


def test_reconcile_ends_when_the_running_process_does(place: Place) -> None:
    lock = locked(place.state)
    lock.__enter__()
    threading.Timer(1, lock.__exit__, (None, None, None)).start()

    said = place.run("reconcile", "web")

    assert said.code == 1
    assert "the running Trueup ended" in said.err


def test_a_document_that_never_was_valid_is_not_waited_for(place: Place) -> None:
    place.document("web", "  retry: 5")

    said = place.run("reconcile", "web")

    assert said.code == 1
    assert (
        "Stack/web has no valid document: specs/web.yaml" in said.err or "web.yaml:6" in said.err
    )
    assert control(place) == Control()


def test_without_a_running_process_or_an_engine_reconcile_fails_in_time(child: Child) -> None:
    done = child.trueup("reconcile", "web", "--timeout", "2")

    assert done.returncode in {1, 2}
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_without_an_engine_is_an_error_that_names_it(child: Child, place: Place) -> None:
    place.write("specs/compose.yaml", "services: {api: {image: a}}\n")
    before = place.files()

    done = child.trueup("plan")

    assert done.returncode == 1
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert place.files() == before
