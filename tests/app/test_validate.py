"""What `validate` and `schemas` say of a tree on a disk."""

from pathlib import Path

from trueup.app.validate import Verdict, out_of_step, schemas, validate
from trueup.documents.tell import as_text

STACK = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {name: %s}\nspec: %s\n"


def test_a_tree_is_told_with_everything_that_is_wrong_in_it(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/a.yaml").write_text(STACK % ("a", "{intervall: 5m, dependsOn: [b]}"))
    (tmp_path / "specs/b.yaml").write_text(STACK % ("b", "{}"))
    (tmp_path / "specs/compose.yaml").write_text("services: {a: {image: b}}\n")
    (tmp_path / "specs/out.yaml").symlink_to("/etc/hostname")

    verdict = validate(str(tmp_path), "specs")

    assert as_text(verdict.problems, verdict.documents) == (
        "specs/a.yaml:4: spec.intervall: this field is not known. Did you mean interval?\n"
        "specs/out.yaml: this link leaves the tree."
        " Put the file itself here, or a link within the tree.\n"
        "1 document, 2 problems\n"
    )


def test_one_file_is_told_alone_but_knows_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(STACK % ("a", "{dependsOn: [b]}"))
    (tmp_path / "b.yaml").write_text(STACK % ("b", "{wrong: 1}"))

    assert validate(str(tmp_path / "a.yaml")) == Verdict(1, ())
    assert len(validate(str(tmp_path / "b.yaml")).problems) == 1


def test_a_place_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (problem,) = validate(str(tmp_path / "nowhere")).problems

    assert problem.reason == "cannot be read: No such file or directory"


def test_schemas_that_are_missing_or_changed_are_out_of_step(tmp_path: Path) -> None:
    for name, text in schemas().items():
        (tmp_path / name).write_text(text)
    assert out_of_step(tmp_path) == ()

    (tmp_path / "trueup.json").unlink()
    (tmp_path / "stack.json").write_text("{}")

    assert out_of_step(tmp_path) == ("stack.json", "trueup.json")
