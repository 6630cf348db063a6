"""A Python module is missing at run time: the package that brings it is added where others are."""

from collections.abc import Mapping

import pytest

from tests.repair.fake_index import FakeIndexes, facts, request
from trueup.model.errors import TransientError
from trueup.model.repair import Past
from trueup.repair.author import Rules
from trueup.repair.unified import diff_of

INDEX = FakeIndexes(
    {
        "pyyaml": facts("pyyaml", "5.4", "6.0.1", "6.1rc1", "7.0", needs={"7.0": ">=3.13"}),
        "requests": facts("requests", "2.31.0", "2.32.3"),
        "json5": facts("json5", "0.9"),
        "evil": facts("evil", "1.0"),
        "urllib2": facts("urllib2", "1.0"),
    },
    {"json5": frozenset({"json5"}), "evil": frozenset({"something"})},
)
DOCKERFILE = """FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "app.py"]
"""


def log(module: str) -> str:
    """Return what a service writes again and again that cannot import something."""
    return (
        "api-1  | Traceback (most recent call last):\n"
        'api-1  |   File "/app/app.py", line 3, in <module>\n'
        f"api-1  |     import {module}\n"
        f"api-1  | ModuleNotFoundError: No module named '{module}'\n"
    ) * 3


def changed(files: Mapping[str, str], module: str, *, context: str = "") -> dict[str, str] | None:
    """Return the files that the rule changes, as they are to be; None where it has none."""
    proposal = Rules(INDEX).propose(request(log(module), files, context=context))
    return None if proposal is None else {edit.path: edit.after for edit in proposal.edits}


def requirements_after(text: str, module: str = "yaml") -> str | None:
    """Return the requirements file with what was missing."""
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": text, "app.py": ""}
    found = changed(files, module)
    return None if found is None else found["requirements.txt"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("flask==3.0.3\n", "flask==3.0.3\nPyYAML==6.0.1\n"),
        ("flask==3.0.3", "flask==3.0.3\nPyYAML==6.0.1"),
        ("", "PyYAML==6.0.1\n"),
        ("# web\nflask\ngunicorn  # server\n", "# web\nflask\ngunicorn  # server\nPyYAML\n"),
        ("flask>=2\nredis>=5\nuvicorn==1\n", "flask>=2\nPyYAML>=6.0.1\nredis>=5\nuvicorn==1\n"),
        ("zope~=1.0\nattrs~=2\n", "zope~=1.0\nattrs~=2\nPyYAML~=6.0.1\n"),
        ("a==1\r\nz==2\r\n", "a==1\r\nPyYAML==6.0.1\r\nz==2\r\n"),
        (
            "-i https://index.example/simple\na==1; os_name=='nt'\nz==1\n",
            "-i https://index.example/simple\na==1; os_name=='nt'\nPyYAML==6.0.1\nz==1\n",
        ),
    ],
)
def test_a_line_is_added_in_the_style_of_the_file(before: str, after: str) -> None:
    assert requirements_after(before) == after


def test_the_newest_version_that_the_interpreter_accepts_is_taken() -> None:
    newer = DOCKERFILE.replace("3.11", "3.13")
    files = {"Dockerfile": newer, "requirements.txt": "flask==1\n"}

    assert changed(files, "yaml") == {"requirements.txt": "flask==1\nPyYAML==7.0\n"}


@pytest.mark.parametrize("module", ["nothing_like_this", "evil", "urllib2", "tomllib", "helpers"])
def test_nothing_is_added_that_is_not_that_module(module: str) -> None:
    files = {
        "Dockerfile": DOCKERFILE,
        "requirements.txt": "flask==1\n",
        "src/helpers/__init__.py": "",
    }

    assert changed(files, module) is None


def test_a_package_that_is_listed_already_is_not_added_again() -> None:
    assert requirements_after("pyyaml==5.4\n") is None


def test_hashed_requirements_are_left_alone() -> None:
    assert requirements_after("flask==1 \\\n    --hash=sha256:00\n") is None


def test_the_file_is_the_one_that_the_dockerfile_installs() -> None:
    files = {
        "api/Dockerfile": DOCKERFILE.replace(
            "COPY requirements.txt .", "COPY deps/prod.txt /tmp/"
        ).replace("-r requirements.txt", "-r /tmp/prod.txt"),
        "api/requirements.txt": "flask==1\n",
        "api/deps/prod.txt": "flask==1\n",
        "requirements.txt": "flask==1\n",
    }

    assert changed(files, "yaml", context="api") == {
        "api/deps/prod.txt": "flask==1\nPyYAML==6.0.1\n"
    }


def test_the_stage_that_installs_may_be_one_that_is_copied_from() -> None:
    dockerfile = (
        "FROM python:3.13-slim AS build\nCOPY prod.txt /\nRUN /venv/bin/pip install -r /prod.txt\n"
        "FROM debian:12\nCOPY --from=build /venv /venv\nCMD /venv/bin/python app.py\n"
    )
    files = {"Dockerfile": dockerfile, "prod.txt": "flask==1\n", "dev.txt": "flask==1\n"}

    assert changed(files, "yaml") == {"prod.txt": "flask==1\nPyYAML==7.0\n"}


@pytest.mark.parametrize(
    ("base", "version"),
    [
        ("python:3.13", "7.0"),
        ("python:3.12.4-alpine", "6.0.1"),
        ("ghcr.io/astral-sh/uv:python3.13-bookworm", "7.0"),
        ("debian:bookworm-slim", "6.0.1"),
        ("debian:13", "7.0"),
        ("mystery", "7.0"),
    ],
)
def test_the_base_image_says_which_python_there_is(base: str, version: str) -> None:
    dockerfile = DOCKERFILE.replace("python:3.11-slim", base)
    files = {"Dockerfile": dockerfile, "requirements.txt": "flask==1\n"}

    assert changed(files, "yaml") == {"requirements.txt": f"flask==1\nPyYAML=={version}\n"}


def test_a_package_is_added_to_the_command_where_there_is_no_file() -> None:
    install = "pip install --no-binary a flask==1 'x==2'"
    before = f"FROM python:3.11\nRUN pip install -U pip && \\\n    {install}\n"

    found = changed({"Dockerfile": before}, "yaml")

    assert found == {"Dockerfile": before.replace("'x==2'", "'x==2' PyYAML==6.0.1")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('dependencies = ["a==1", "z==1"]', 'dependencies = ["a==1", "z==1", "PyYAML==6.0.1"]'),
        ("dependencies = []", 'dependencies = ["PyYAML==6.0.1"]'),
        (
            "dependencies = [\n  'a>=1', # one\n]",
            "dependencies = [\n  'a>=1', # one\n  'PyYAML>=6.0.1',\n]",
        ),
        (
            "dependencies = [\n    'a[x]',\n    'b'\n]",
            "dependencies = [\n    'a[x]',\n    'b',\n    'PyYAML'\n]",
        ),
    ],
)
def test_a_project_gets_one_more_string_in_its_array(before: str, after: str) -> None:
    top, end = '[project]\nname = "api"\n', '\n[tool.x]\ndependencies = ["q"]\n'
    files = {
        "Dockerfile": "FROM python:3.11-slim\nCOPY . /app\nWORKDIR /app\nRUN pip install .\n",
        "pyproject.toml": top + before + end,
    }

    assert changed(files, "yaml") == {"pyproject.toml": top + after + end}


def test_the_index_of_the_build_is_asked() -> None:
    index = FakeIndexes({"pyyaml": facts("pyyaml", "6.0")})
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY . .\n"
        "RUN pip install -i https://a.example/simple -r r.txt\n",
        "r.txt": "--extra-index-url https://b.example/simple\nflask\n",
    }

    assert Rules(index).propose(request(log("yaml"), files)) is not None
    assert set(index.asked) == {("https://a.example/simple", "https://b.example/simple")}


def test_the_same_edit_is_not_proposed_twice() -> None:
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": "flask==1\n"}
    first = Rules(INDEX).propose(request(log("yaml"), files))
    assert first is not None

    past = (Past(first.author, diff_of(first.edits), "the same error"),)
    assert Rules(INDEX).propose(request(log("yaml"), files, past=past)) is None


def test_an_index_that_does_not_answer_is_waited_for() -> None:
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": "flask==1\n"}

    with pytest.raises(TransientError):
        Rules(FakeIndexes(silent=True)).propose(request(log("yaml"), files))
