"""What a model is told of packages: what the index of the build has for its interpreter."""

import json

from tests.repair.asking import PLACE, request
from tests.repair.fake_index import FakeIndexes, facts
from trueup.app.runs.told_facts import facts_of
from trueup.model.repair import Diagnosis, PackageFacts, Request

FLASK = facts("Flask", "2.3.3", "3.0.3", "4.0.0", needs={"4.0.0": ">=3.12"})
DOCKERFILE = "FROM python:3.11-slim\nRUN pip install --index-url https://index.example/simple a\n"


def asked(cause: str, subject: str, **files: str) -> Request:
    said = {"api/Dockerfile": DOCKERFILE} | {f"api/{name}": text for name, text in files.items()}
    return request(said, diagnosis=Diagnosis(cause, subject, "", 1.0, "", ""), place=PLACE)


def told(one: Request, **packages: PackageFacts) -> tuple[str, ...]:
    return facts_of(one, FakeIndexes(packages))


def test_a_module_is_told_by_its_package_with_versions_for_the_interpreter() -> None:
    said = told(asked("python-module", "flask.views"), flask=FLASK)

    assert said == ("python 3.11", '"Flask": 3.0.3, 2.3.3 accept python 3.11')


def test_the_index_that_the_build_names_is_asked() -> None:
    indexes = FakeIndexes({"flask": FLASK})

    facts_of(asked("python-module", "flask"), indexes)

    assert indexes.asked == [("https://index.example/simple",)]


def test_a_pin_is_told_by_the_name_before_the_version() -> None:
    said = told(asked("python-pin", "flask==9.9"), flask=FLASK)

    assert said[1] == '"flask": 3.0.3, 2.3.3 accept python 3.11'


def test_a_package_that_does_not_exist_and_one_that_does_not_fit_are_told_apart() -> None:
    late = facts("late", "1.0", needs={"1.0": ">=3.13"})

    assert told(asked("python-module", "late"), late=late)[1] == (
        '"late": no version accepts python 3.11'
    )
    assert told(asked("python-module", "gone"))[1] == (
        '"gone": the index has no package of this name'
    )


def test_an_npm_package_is_told_with_versions_for_this_node() -> None:
    files = {
        "api/Dockerfile": "FROM node:18-slim\nWORKDIR /app\nCOPY package.json .\nRUN npm i\n",
        "api/package.json": json.dumps({"dependencies": {"express": "^4"}}),
    }
    diagnosis = Diagnosis("node-pin", "left-pad@9.9.9", "", 1.0, "", "")
    pads = facts("left-pad", "1.2.0", "1.10.0", "2.0.0", needs={"2.0.0": ">=20"})

    said = told(request(files, diagnosis=diagnosis), **{"left-pad": pads})

    assert said == ("node 18", '"left-pad": 1.10.0, 1.2.0 accept node 18')


def test_an_index_that_does_not_answer_leaves_what_is_known_already() -> None:
    said = facts_of(asked("python-module", "flask"), FakeIndexes(silent=True))

    assert said[0] == "python 3.11"
    assert said[1].startswith("the package index does not answer: ")


def test_nothing_is_told_of_what_is_no_package() -> None:
    assert told(asked("system-header", "ffi.h")) == ()
    assert told(asked("python-managed", "externally-managed-environment")) == ("python 3.11",)
    assert facts_of(request(), FakeIndexes()) == ()
