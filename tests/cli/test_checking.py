"""`validate` and `schemas`."""

import json
from pathlib import Path

from tests.cli.conftest import Child
from tests.cli.place import Place

WRONG = "  retry: {limit: many}\n  profils: [a]"


def test_right_documents_are_counted(place: Place) -> None:
    place.document("db")

    said = place.run("validate")

    assert (said.code, said.out, said.err) == (0, "2 documents, no problems\n", "")


def test_every_problem_is_told_with_file_line_field_and_remedy(place: Place) -> None:
    place.document("db", WRONG)
    place.document("web", "  dependsOn: [bd]")

    said = place.run("validate")

    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0].startswith("specs/db.yaml:6: spec.retry.limit: text stands where")
    assert lines[1].startswith("specs/db.yaml:7: spec.profils: this field is not known.")
    assert "Did you mean profiles?" in lines[1]
    assert lines[2].startswith("specs/web.yaml:6: spec.dependsOn[0]: there is no Stack")
    assert lines[-1] == "2 documents, 3 problems"


def test_problems_are_there_for_programs_too(place: Place) -> None:
    place.document("db", WRONG)

    said = place.run("validate", "-o", "json")

    assert said.code == 1
    assert [(one["file"], one["line"]) for one in json.loads(said.out)] == [
        ("specs/db.yaml", 6),
        ("specs/db.yaml", 7),
    ]


def test_a_folder_is_checked_with_the_configuration_in_it(place: Place) -> None:
    place.write("other/trueup.yaml", "sources: []\nport: 1\n")
    place.document("db", WRONG, "other/deep/db.yaml")

    said = place.run("validate", "other")

    assert said.code == 1
    assert "other/trueup.yaml:2: port: this field is not known" in said.out
    assert "other/deep/db.yaml:6:" in said.out


def test_a_folder_needs_no_configuration(place: Place) -> None:
    place.folder.joinpath("trueup.yaml").unlink()

    assert place.run("validate", "specs").code == 0


def test_of_a_single_file_nothing_is_said_about_documents_elsewhere(place: Place) -> None:
    path = place.document("web", "  dependsOn: [db]")

    assert place.run("validate", str(path)).code == 0
    assert place.run("validate", "specs").code == 1


def test_a_path_that_is_not_there_is_told(place: Place) -> None:
    said = place.run("validate", "nowhere")

    assert said.code == 1
    assert said.err.startswith("trueup: nowhere cannot be read: No such file or directory.")


def test_validation_writes_nothing(place: Place) -> None:
    place.document("db", WRONG)
    before = place.files()

    place.run("validate")

    assert place.files() == before


def test_schemas_are_written_once_and_then_in_step(place: Place) -> None:
    first, second = place.run("schemas", "out"), place.run("schemas", "out")

    assert first.out.splitlines() == [
        "wrote out/stack.json",
        "wrote out/run.json",
        "wrote out/trueup.json",
        "wrote out/confirm.json",
        "wrote out/status.json",
    ]
    assert (second.code, second.out) == (0, "")
    assert place.run("schemas", "out", "--check").code == 0


def test_a_schema_out_of_step_is_named_and_left_alone(place: Place) -> None:
    place.run("schemas", "out")
    place.write("out/stack.json", "{}")

    said = place.run("schemas", "out", "--check")

    assert said.code == 1
    assert "out/stack.json is out of step" in said.err
    assert "status.json" not in said.err
    assert place.files()["out/stack.json"] == b"{}"


def test_the_schemas_of_this_repository_are_in_step(child: Child) -> None:
    schemas = Path(__file__).resolve().parents[2] / "schemas"

    assert child.trueup("schemas", str(schemas), "--check").stderr == ""
