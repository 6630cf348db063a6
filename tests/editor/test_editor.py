"""The published schemas in an editor: completion, explanation, and what is wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editor.language_server import Editor, editor

SCHEMAS = Path(__file__).parents[2] / "schemas"

# It needs npm and its registry, and so belongs to the tests that take their time.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

STACK = """\
# yaml-language-server: $schema=../schemas/stack.json
apiVersion: trueup/v1
kind: Stack
metadata:
  name: web
spec:
"""
RUN = STACK.replace("stack.json", "run.json").replace("Stack", "Run")
TRUEUP = "# yaml-language-server: $schema=schemas/trueup.json\n"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(SCHEMAS, folder / "schemas")
    (folder / "specs").mkdir()
    return folder


@pytest.fixture(scope="module")
def session(tree: Path) -> Iterator[Editor]:
    with editor(tree) as session:
        yield session


def test_the_fields_of_a_stack_are_offered_with_their_descriptions(
    session: Editor, tree: Path
) -> None:
    file = tree / "specs/fields.yaml"
    session.open(file, f"{STACK}  \n")

    offered = session.completions(file, line=6, character=2)

    assert {"interval", "dependsOn", "path", "services", "drift", "suspend"} <= set(offered)
    assert "A duration such as 90s, 5m or 1h." in offered["interval"]
    assert "other stacks that must be healthy first" in offered["dependsOn"]
    assert all(offered.values())


def test_the_fields_of_a_run_are_offered_with_their_descriptions(
    session: Editor, tree: Path
) -> None:
    file = tree / "specs/run.yaml"
    session.open(file, f"{RUN}  \n")

    offered = session.completions(file, line=6, character=2)

    assert {"target", "steps", "preset", "budget", "inputs", "from"} <= set(offered)
    assert "a stack and one of its services" in offered["target"]
    assert all(offered.values())


def test_values_are_offered_where_there_are_only_a_few(session: Editor, tree: Path) -> None:
    file = tree / "specs/values.yaml"
    session.open(file, f"{STACK}  drift: \n  deletionPolicy: \n")

    assert {"repair", "report", "ignore"} <= set(session.completions(file, 6, 9))
    assert {"delete", "orphan"} <= set(session.completions(file, 7, 18))


def test_the_fields_of_a_check_are_offered_deep_inside(session: Editor, tree: Path) -> None:
    file = tree / "specs/checks.yaml"
    session.open(file, f"{STACK}  services:\n    web:\n      verify:\n      - http:\n          \n")

    offered = session.completions(file, line=10, character=10)

    assert {"url", "status", "body", "json"} <= set(offered)
    assert "no published port is needed" in offered["url"]


def test_a_field_is_explained_where_the_pointer_rests(session: Editor, tree: Path) -> None:
    file = tree / "specs/hover.yaml"
    found = session.open(file, f"{STACK}  interval: 5m\n  prune: true\n")

    assert found == []
    assert "A duration such as 90s, 5m or 1h." in session.hover(file, 6, 4)
    assert "Volumes always stay." in session.hover(file, 7, 4)


def test_what_is_wrong_is_shown_while_it_is_written(session: Editor, tree: Path) -> None:
    found = session.open(tree / "specs/wrong.yaml", f"{STACK}  intervall: 5m\n  x-note: 1\n")

    assert [message for message in found if "intervall" in message] == found
    assert len(found) == 1


def test_the_configuration_is_completed_too(session: Editor, tree: Path) -> None:
    file = tree / "trueup.yaml"
    session.open(file, f"{TRUEUP}sources:\n- name: apps\n  git:\n    \n")

    offered = session.completions(file, line=4, character=4)

    assert {"url", "branch", "auth", "interval"} <= set(offered)
    assert "The branch to follow, such as main." in offered["branch"]
