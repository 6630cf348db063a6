"""What was asked is certain only where the same answer can be told again later."""

from tests.fake_host import FakeHost
from tests.fakes import FakeSecrets
from trueup.engine.questions import UNCERTAIN, Question
from trueup.engine.witness import Witness
from trueup.engine.witnessed import WitnessedSecrets
from trueup.model.key import Key
from trueup.model.secret import Reference

ASKED = Question("image", "app:1")


def witness() -> Witness:
    return Witness(FakeHost())


def test_one_answer_is_certain_however_often_it_was_given() -> None:
    one = witness()
    one.note(ASKED, "a")
    one.note(ASKED, "a")
    assert one.asked().answers == ((ASKED, "a"),)
    assert one.asked().certain


def test_two_answers_to_one_question_are_uncertain_and_stay_so() -> None:
    one = witness()
    for mark in ("a", "b"):
        one.note(ASKED, mark)
        one.note(Question("image", "other"), "a")
    assert (ASKED, UNCERTAIN) in one.asked().answers
    one.note(ASKED, "b")
    assert not one.asked().certain


def test_whoever_has_read_a_secret_is_never_certain() -> None:
    one, owner = witness(), Key("Stack", "web")
    secrets = WitnessedSecrets(FakeSecrets(), one.note)
    assert one.asked().certain
    secrets.reveal(owner, "/repo", dict[str, Reference]())
    assert not one.asked().certain
