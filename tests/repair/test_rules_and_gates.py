"""What the rules propose is what the gates let through."""

from pathlib import Path

import pytest

from tests.repair.fake_index import FakeIndexes, request
from tests.repair.test_node_rules import DOCKERFILE as NODE
from tests.repair.test_node_rules import INDEX as NODE_INDEX
from tests.repair.test_node_rules import manifest
from tests.repair.test_pins import DOCKERFILE, HASHED, LOG_NO_PACKAGE, OLD
from tests.repair.test_pins import INDEX as PYTHON_INDEX
from trueup.repair.author import Rules
from trueup.repair.gates import refused

LOGS = Path(__file__).parent / "logs"
PYTHON_FILES = {
    "Dockerfile": DOCKERFILE,
    "app.py": "import requests\n",
    "start.sh": "#!/bin/sh\r\n",
}
NODE_FILES = {
    "Dockerfile": NODE,
    "package-lock.json": '{"lockfileVersion": 3}',
    "index.js": "require('express')\n",
}
START = 'FROM node:18\nCOPY . .\nCMD ["npm", "run", "strat"]\n'
REQUIREMENTS = {
    "python-module": "flask==1\n",
    "python-no-version": "itsdangerous==99.0\n",
    "python-conflict": "urllib3==2.2.0\nrequests==2.28.0\n",
    "python-import-name": "Flask==2.0.3\n",
    "python-hash": HASHED.format(OLD),
    "startup-command": "flask==1\n",
    "startup-line-ends": "",
}
DOCKERFILES = {
    "python-no-reqfile": DOCKERFILE.replace("-r requirements", "-r requirement"),
    "startup-file": DOCKERFILE.replace('"app.py"', '"ap.py"'),
    "startup-denied": DOCKERFILE.replace('"python", "app.py"', '"/app/start.sh"'),
}
MANIFESTS = {
    "node-module": '    "ms": "2.1.3"\n',
    "node-lock": '    "ms": "2.1.3"\n',
    "node-version": '    "ms": "99.0.0"\n',
    "node-peer": '    "react": "18.2.0",\n    "react-dom": "17.0.2"\n',
}
SAID = {
    "misspelled": (LOG_NO_PACKAGE.format("reqeusts"), {"requirements.txt": "reqeusts\n"}),
    "managed": (
        "#6 1.0 error: externally-managed-environment\n",
        {"Dockerfile": "FROM debian:12\nRUN pip install flask\n"},
    ),
    "misspelled in Node": (
        "npm error 404  'expresss@^4.0.0' is not in this registry.\n",
        {**NODE_FILES, "package.json": manifest('    "expresss": "^4.0.0"\n')},
    ),
    "script": (
        'npm error Missing script: "strat"\n',
        {"Dockerfile": START, "package.json": '{"scripts": {"start": "node ."}}'},
    ),
}
REAL = {
    **{name: {"requirements.txt": text} for name, text in REQUIREMENTS.items()},
    **{name: {"Dockerfile": text, "requirements.txt": ""} for name, text in DOCKERFILES.items()},
    **{name: NODE_FILES | {"package.json": manifest(text)} for name, text in MANIFESTS.items()},
}
CASES = SAID | {name: ((LOGS / f"{name}.log").read_text(), files) for name, files in REAL.items()}


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_a_rule_proposes_is_let_through(case: str) -> None:
    log, files = CASES[case]
    index = FakeIndexes(PYTHON_INDEX | NODE_INDEX, {"requests": frozenset({"requests"})})
    asked = request(log, PYTHON_FILES | files)

    proposal = Rules(index).propose(asked)

    assert proposal is not None
    assert [refusal.says for refusal in refused(proposal.edits, asked)] == []
