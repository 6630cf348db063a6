"""What a Run can see of the world, and what it must not: other sources, and private files."""

from dataclasses import replace
from pathlib import Path

import pytest

from trueup.app.made import Made
from trueup.app.runs.authors import Authors
from trueup.app.runs.bench import RunBench
from trueup.app.runs.yard import Yard
from trueup.app.site import Site
from trueup.documents.check import check
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.work import Work
from trueup.settings import load

FIX = Key("Run", "fix")
SETTINGS = "sources: [{name: one, directory: one}, {name: two, directory: two}]\n"
STACK = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {name: web}\nspec: {path: .}\n"
RUN = """\
apiVersion: trueup/v1
kind: Run
metadata: {name: fix}
spec: {target: {stack: web, service: api}}
"""


def bench(home: Path, files: dict[str, str], settings: str = SETTINGS, run: Key = FIX) -> RunBench:
    """Return what the Run sees of a home with some files."""
    other = STACK.replace("web", "other")
    for name, text in {"trueup.yaml": settings, "one/other.yaml": other, **files}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    site = Site(load(home, check, environ={}), lambda _: None)
    for source in site.sources.values():
        source.look()
    resource = site.wishes[run]
    assert resource is not None
    return RunBench(Yard(site), resource, lambda _: True)


def test_a_run_edits_the_source_that_it_and_its_stack_are_in(tmp_path: Path) -> None:
    assert bench(tmp_path, {"two/stack.yaml": STACK, "two/run.yaml": RUN}).source == "two"


def test_a_run_is_refused_for_a_stack_of_another_source(tmp_path: Path) -> None:
    view = bench(tmp_path, {"one/stack.yaml": STACK, "two/run.yaml": RUN})

    with pytest.raises(SpecError, match="Stack/web is of source one, Run/fix of two") as refused:
        view.revision()
    assert refused.value.fix == "Put the document of the Run into source one."


def test_a_run_that_a_failure_makes_is_of_the_source_of_its_stack(tmp_path: Path) -> None:
    body = {"kind": "Run", "spec": {"target": {"stack": "web", "service": "api"}}}
    view = bench(tmp_path, {"two/stack.yaml": STACK, "two/run.yaml": RUN})
    made = ("made", "web", "api", "verify", "bad", "two", "1", "2030-01-01T00:00:00+00:00")
    view.site.made.keep(Made(*made, body))
    own = view.site.wishes[Key("Run", "made")]
    assert own is not None

    assert RunBench(view.yard, own, lambda _: True).source == "two"


WHOLE = "sources: [{name: whole, directory: .}]\nstate: var/own\n"
NOTES = RUN.replace("}}\n", "}, inputs: {notes: {file: notes/one.md}}}\n")


def told(home: Path, file: str) -> str:
    """Return what a model is told where a Run names a file as an input."""
    files = {
        **dict.fromkeys(("var/own/salt", ".git/config", ".env", "keys/id_rsa"), "private"),
        "stack.yaml": STACK,
        "run.yaml": NOTES.replace("notes/one.md", file),
        "notes/one.md": "helpful",
        "outside/link": "x",
    }
    view = bench(home, files, WHOLE)
    work = Work("spec")
    view.site.records.write(replace(view.site.records.read(FIX), work=work))
    return Authors(view).told()["notes"]


def test_a_file_of_the_source_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "notes/one.md") == "helpful"


@pytest.mark.parametrize(
    "file",
    ["var/own/salt", ".git/config", ".env", "keys/id_rsa", "link"],
)
def test_no_private_file_of_a_source_is_told(tmp_path: Path, file: str) -> None:
    (tmp_path / "link").symlink_to("var/own/salt")

    with pytest.raises(SpecError, match="is told nobody"):
        told(tmp_path, file)
