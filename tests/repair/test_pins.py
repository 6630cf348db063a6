"""Versions that there are not, that conflict, that this Python cannot use; files out of step."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.repair.fake_index import FakeIndexes, facts, request
from trueup.model.repair import Edit, PackageFacts, PackageVersion
from trueup.repair.author import Rules

LOGS = Path(__file__).parent / "logs"
DOCKERFILE = """FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
CMD ["python", "app.py"]
"""
OLD, NEW = "2c2349112351b88699d8d4b6b075022c0808887cb7ad10069318a8b0bc88db44", "c6242fc4" * 8
GOT = "c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef"
INDEX = {
    "itsdangerous": PackageFacts(
        "itsdangerous",
        (
            PackageVersion("1.1.0"),
            PackageVersion("2.1.2", "", "", frozenset({OLD})),
            PackageVersion("2.2.0", "", "", frozenset({GOT})),
            PackageVersion("3.0.0rc1"),
        ),
    ),
    "networkx": facts("networkx", "2.8", "3.6.1", "3.7", needs={"3.7": ">=3.12"}),
    "urllib3": facts("urllib3", "1.20", "1.26.20", "1.27", "2.2.0"),
    "werkzeug": facts("werkzeug", "1.0", "2.3.8", "3.0.0", "3.1.9"),
    "flask": facts("flask", "2.0.3", "3.0.3"),
    "requests": facts("requests", "2.31.0", "2.32.3"),
    "pyyaml": facts("pyyaml", "5.4", "6.0.1"),
    "gunicorn": facts("gunicorn", "22.0.0"),
    "evil": facts("evil", "1"),
}


def changed(log: str, files: Mapping[str, str]) -> dict[str, str] | None:
    """Return the files that the rules change, as they are to be; None where they have none."""
    index = FakeIndexes(INDEX, {"requests": frozenset({"requests"})})
    proposal = Rules(index).propose(request(log, {"Dockerfile": DOCKERFILE, **files}))
    return None if proposal is None else {edit.path: edit.after for edit in proposal.edits}


def requirements_after(name: str, before: str, **programs: str) -> str | None:
    """Return the requirements file after the repair of what a real log shows."""
    others = {f"{module}.py": text for module, text in programs.items()}
    found = changed((LOGS / f"{name}.log").read_text(), {"requirements.txt": before, **others})
    return None if found is None else found["requirements.txt"]


@pytest.mark.parametrize(
    ("log", "before", "after"),
    [
        ("python-no-version", "itsdangerous==99.0\n", "itsdangerous==2.2.0\n"),
        (
            "python-no-version",
            "a\nItsDangerous[x] == 99.0 ; python_version>'3'  # why\nb",
            "a\nItsDangerous[x] == 2.2.0 ; python_version>'3'  # why\nb",
        ),
        ("python-no-version", "itsdangerous~=99.0\r\n", "itsdangerous~=2.2.0\r\n"),
        ("python-needs-python", "networkx==3.7\n", "networkx==3.6.1\n"),
        (
            "python-conflict",
            "urllib3==2.2.0\nrequests==2.28.0\n",
            "urllib3==1.26.20\nrequests==2.28.0\n",
        ),
        (
            "python-import-name",
            "Flask==2.0.3\nWerkzeug==3.0.0\n",
            "Flask==2.0.3\nWerkzeug==2.3.8\n",
        ),
        ("python-import-name", "Flask==2.0.3\n", "Flask==2.0.3\nWerkzeug==2.3.8\n"),
        ("startup-command", "flask==3.0.3\n", "flask==3.0.3\ngunicorn==22.0.0\n"),
    ],
)
def test_the_pin_is_moved_as_little_as_may_be(log: str, before: str, after: str) -> None:
    assert requirements_after(log, before) == after


def test_a_package_that_refuses_this_python_is_taken_in_an_older_version() -> None:
    log = "ERROR: Package 'networkx' requires a different Python: 3.11.2 not in '>=3.12'\n"

    assert changed(log, {"requirements.txt": "requests==2.31.0\n"}) is None
    assert changed(log, {"requirements.txt": "networkx==3.7\n"}) == {
        "requirements.txt": "networkx==3.6.1\n"
    }


def test_nothing_is_changed_that_is_not_listed() -> None:
    assert requirements_after("python-no-version", "flask==3.0.3\n") is None


def test_a_pin_in_a_project_file_is_moved() -> None:
    project = (
        '[project]\nname = "a"\ndependencies = [\n  "itsdangerous==99.0; os_name>\'a\'", # x\n]\n'
    )
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY . .\nRUN pip install .\n",
        "pyproject.toml": project,
    }
    found = changed((LOGS / "python-no-version.log").read_text(), files)

    assert found is not None
    assert found["pyproject.toml"].count("\n") == project.count("\n")
    assert "itsdangerous==2.2.0" in found["pyproject.toml"]
    assert "os_name>'a'\", # x" in found["pyproject.toml"]


def test_a_pin_in_a_command_is_moved() -> None:
    before = "FROM python:3.11\nRUN pip install 'itsdangerous==99.0' flask\n"
    said = "Could not find a version that satisfies the requirement itsdangerous==99.0"
    log = f"ERROR: {said} (from versions: 1)"

    assert changed(log, {"Dockerfile": before}) == {"Dockerfile": before.replace("99.0", "2.2.0")}


LOG_NO_PACKAGE = (
    "#8 0.6 ERROR: Could not find a version that satisfies the requirement {0} "
    "(from versions: none)\n"
    "#8 0.6 ERROR: No matching distribution found for {0}\n"
)


@pytest.mark.parametrize(
    ("wrong", "program", "right"),
    [
        ("reqeusts==2.31.0", "import os, requests\n", "requests==2.31.0"),
        ("requets>=2.1", "from requests import get\n", "requests==2.32.3"),
        ("yaml", "import yaml\n", "PyYAML"),
        ("python-requests==2.31.0", "import requests, yaml\n", "requests==2.31.0"),
    ],
)
def test_a_misspelled_package_becomes_the_one_that_the_program_imports(
    wrong: str, program: str, right: str
) -> None:
    files = {"requirements.txt": f"flask==3.0.3\n{wrong}\n", "app.py": program}

    found = changed(LOG_NO_PACKAGE.format(wrong), files)

    assert found == {"requirements.txt": f"flask==3.0.3\n{right}\n"}


@pytest.mark.parametrize(
    ("wrong", "program"),
    [("reqeusts", "import os\n"), ("evli==1", "import evli\n"), ("zzz", "import requests\n")],
)
def test_a_package_that_nobody_imports_is_not_guessed(wrong: str, program: str) -> None:
    files = {"requirements.txt": f"{wrong}\n", "app.py": program}

    assert changed(LOG_NO_PACKAGE.format(wrong), files) is None


HASHED = "itsdangerous==2.2.0 \\\n    --hash=sha256:{}\nflask==1 --hash=sha256:00\n"


def test_hashes_of_the_version_before_are_replaced() -> None:
    assert requirements_after("python-hash", HASHED.format(OLD)) == HASHED.format(GOT)


def test_hashes_that_belong_to_no_version_are_for_a_person() -> None:
    log = (LOGS / "python-hash.log").read_text().replace(OLD, NEW)

    assert changed(log, {"requirements.txt": HASHED.format(NEW)}) is None


def test_a_file_that_the_index_does_not_know_is_for_a_person() -> None:
    log = (LOGS / "python-hash.log").read_text().replace(GOT, NEW)

    assert changed(log, {"requirements.txt": HASHED.format(OLD)}) is None


@pytest.mark.parametrize(
    ("log", "line", "right"),
    [
        ("startup-file", 'CMD ["python", "ap.py"]', 'CMD ["python", "app.py"]'),
        (
            "python-no-reqfile",
            "RUN pip install -r requirement.txt",
            "RUN pip install -r requirements.txt",
        ),
        (
            "startup-denied",
            'COPY . .\nCMD ["/app/start.sh"]',
            'COPY . .\nRUN chmod +x /app/start.sh\nCMD ["/app/start.sh"]',
        ),
    ],
)
def test_a_dockerfile_that_names_the_wrong_thing_is_put_right(
    log: str, line: str, right: str
) -> None:
    head = "FROM python:3.11-slim\nWORKDIR /app\n"
    files = {"app.py": "", "requirements.txt": "", "start.sh": "#!/bin/sh\n"}

    found = changed((LOGS / f"{log}.log").read_text(), {**files, "Dockerfile": f"{head}{line}\n"})

    assert found == {"Dockerfile": f"{head}{right}\n"}


def test_pip_is_let_install_beside_the_packages_of_the_distribution() -> None:
    log = "#6 1.0 error: externally-managed-environment\n"
    before = "FROM debian:12\nRUN apt-get install pip && pip install flask\nRUN pip3 install a\n"

    assert changed(log, {"Dockerfile": before}) == {
        "Dockerfile": before.replace("pip install f", "pip install --break-system-packages f")
        .replace("pip3 install", "pip3 install --break-system-packages")
    }  # fmt: skip


def test_a_server_is_told_the_module_that_there_is() -> None:
    log = "ModuleNotFoundError: No module named 'servr'\n"
    dockerfile = 'FROM python:3.11\nRUN pip install gunicorn\nCMD ["gunicorn", "servr:app"]\n'

    found = changed(log, {"Dockerfile": dockerfile, "server.py": "", "other.py": ""})

    assert found == {"Dockerfile": dockerfile.replace("servr:", "server:")}


def test_a_script_with_line_ends_of_windows_gets_others() -> None:
    log = (LOGS / "startup-line-ends.log").read_text()
    files = {"start.sh": "#!/bin/sh\r\necho\r\n"}

    assert changed(log, files) == {"start.sh": "#!/bin/sh\necho\n"}


@pytest.mark.parametrize("name", ["network-dns-pip", "network-dns-npm", "startup-port"])
def test_what_no_edit_mends_gets_none(name: str) -> None:
    log = (LOGS / f"{name}.log").read_text()

    assert changed(log, {"requirements.txt": "itsdangerous==99.0\n"}) is None


def test_a_proposal_says_who_made_it_and_what_it_does() -> None:
    log = (LOGS / "python-module.log").read_text()
    files = {"Dockerfile": DOCKERFILE, "requirements.txt": ""}

    proposal = Rules(FakeIndexes(INDEX)).propose(request(log, files))

    assert proposal is not None
    assert proposal.author == "rule/python-module"
    assert proposal.edits == (Edit("requirements.txt", "", "PyYAML==6.0.1\n"),)
    assert proposal.says == (
        "The Python module yaml is not installed. In requirements.txt: PyYAML==6.0.1."
    )
