"""What a log shows, put together from what a stack and an attempt have left."""

from typing import Any

import pytest

from tests.fake_host import FakeHost
from trueup.app.runs.evidence import CHECKED, evidence, hidden_of, of_attempt, of_stack, written
from trueup.model.container import SERVICE, Container
from trueup.model.key import Key
from trueup.model.status import Condition, Quarantine, Status
from trueup.model.work import Tried, Work

ERROR = "ModuleNotFoundError: No module named 'milk'"


def test_an_error_that_a_check_looks_for_is_not_taken_for_one_that_a_service_has_printed() -> None:
    told = (
        f"{ERROR}\n"
        f"waiting: the log of web-api-1 has /{ERROR}/; api has no running container\n"
        f"verified: api log lacks /{ERROR}/, http://api/ is 200\n"
        f"not verified within 15s: the log of web-api-1 has /{ERROR}/\n"
    )

    found = evidence(told)

    assert found.pattern == evidence(f"{ERROR}\n").pattern != ""
    assert found.log.count("milk") == 1
    assert "has what was looked for; api has no running container" in found.log


class Papers:
    """Artifacts by name."""

    def __init__(self, **papers: str) -> None:
        self.papers = {name.replace("_", "-") + ".log": text for name, text in papers.items()}

    def paper(self, _key: Key, name: str) -> str:
        return self.papers.get(name, "")


def attempt(step: str, error: str = "", **papers: str) -> str:
    tried = Tried(1, "rule/python-module", step, error or f"{step} failed", "")
    work = Work("spec", attempt=2, tries=(tried,))
    records: Any = Papers(attempt_1_evidence=ERROR, **papers)
    return of_attempt(Key("Run", "fix"), Key("Stack", "web"), work, records)


def test_what_an_earlier_try_has_left_says_nothing_of_a_build_that_failed() -> None:
    refused = "waiting: http://api:8000/ does not answer: [Errno 111] Connection refused"
    missing = "> [5/6] RUN pip install -r needs.txt:\nNo matching distribution found for a==9"
    records: Any = Papers(build=missing, verify=refused)
    host: Any = FakeHost()
    nobody: Any = None

    def shown(why: str) -> str:
        status = Status(
            Key("Stack", "web"), quarantine=Quarantine("r", "d", why, ""), spec={"project": "web"}
        )
        return of_stack(status, "api", records, host, nobody)

    assert shown("docker-compose build failed: failed to solve: exit code: 1.") == f"{missing}\n"
    assert missing in shown("api is exited (exit code 1).")


UNREACHED = "http://api:8000/ does not answer: [Errno 111] Connection refused"
VERDICT = f"not verified within 15s: {UNREACHED}. Read verify.log and restart.log."


def test_what_a_check_says_is_shown_and_is_never_the_cause() -> None:
    records: Any = Papers(verify=f"waiting: {UNREACHED}", restart="OddError: no such sprocket")
    host: Any = FakeHost()
    nobody: Any = None
    ready = Condition("Ready", "False", "VerificationFailed", VERDICT, "")
    status = Status(Key("Stack", "web"), conditions=(ready,), tries=1, spec={"project": "web"})

    found = evidence(of_stack(status, "api", records, host, nobody))

    assert found.diagnosis is None
    assert found.log == f"OddError: no such sprocket\n{CHECKED}\n{VERDICT}\n"
    assert written(found.log) == "OddError: no such sprocket\n"


def test_what_a_check_says_of_an_attempt_is_not_the_cause_of_it() -> None:
    log = attempt("verify", attempt_1_restart=ERROR, attempt_1_verify=UNREACHED, error=VERDICT)

    assert log == f"{ERROR}\n{CHECKED}\n{VERDICT}\n"
    assert evidence(log).pattern == evidence(f"{ERROR}\n").pattern != ""


@pytest.mark.parametrize("step", ["patch", "publish"])
def test_an_attempt_that_never_tried_its_patch_leaves_the_error_as_it_was(step: str) -> None:
    assert attempt(step, attempt_1_build="built") == ERROR


def test_an_attempt_that_failed_to_build_is_followed_by_one_about_that_error() -> None:
    assert attempt("build", attempt_1_build="no such package") == "no such package\nbuild failed\n"


def test_values_of_variables_that_are_named_like_secrets_are_in_no_evidence() -> None:
    env = ["DB_PASSWORD=hunter2-canary", "API_TOKEN=tiny", "PORT=8000", "BAD_SECRET="]
    one = Container(
        "c1",
        "web-api-1",
        "i",
        "running",
        labels={SERVICE: "api"},
        inspect={"Config": {"Env": env}},
    )
    looks: Any = Containers(one)
    status = Status(Key("Stack", "web"), spec={"project": "web"})

    hidden = hidden_of(status, "api", looks)
    log = evidence(f"connects as hunter2-canary, tiny, 8000\npassword=letmein-77\n{ERROR}", hidden)

    assert log.log == f"connects as ***, ***, 8000\npassword=***\n{ERROR}"
    assert log.diagnosis is not None


class Containers:
    """The containers of any project."""

    def __init__(self, *found: Container) -> None:
        self.found = found

    def containers(self, _project: str) -> tuple[Container, ...]:
        return self.found


def test_what_looks_like_a_secret_is_in_no_evidence() -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"

    assert key not in evidence(f"{ERROR}\nkey {key}\n").log
