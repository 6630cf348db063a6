"""What a log says is wrong: real logs of pip, npm, Python and Node, and lines of others."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pages import ROOT
from trueup.repair.causes import network, node, python, startup
from trueup.repair.diagnose import CAUSES, diagnose
from trueup.repair.examples import LIBRARY
from trueup.repair.logs import EXCERPT, excerpt, read
from trueup.repair.rules import RULES
from trueup.repair.signature import pattern_of, signature_of

LOGS = Path(__file__).parent / "logs"
REAL = {
    "network-dns-npm": ("network-dns", "registry.example"),
    "network-dns-pip": ("network-silent", ""),
    "network-refused-npm": ("network-silent", ""),
    "node-esm": ("node-module", "@sindresorhus/is"),
    "node-lock": ("node-lock", "package.json"),
    "node-lock-none": ("node-lock", "package-lock.json"),
    "node-module": ("node-module", "left-pad"),
    "node-package": ("node-package", "left-padd-nothing-xq"),
    "node-peer": ("node-peer", "react"),
    "node-version": ("node-pin", "ms@99.0.0"),
    "python-attr": ("python-api", "numpy"),
    "python-conflict": (
        "python-conflict",
        "-r requirements.txt (line 2) and urllib3==2.2.0",
    ),
    "python-hash": ("python-hash", "itsdangerous==2.2.0"),
    "python-import-name": ("python-api", "werkzeug.urls"),
    "python-module": ("python-module", "yaml"),
    "python-needs-python": ("python-pin", "networkx==3.7"),
    "python-no-package": ("python-pin", "no-such-thing-for-sure-xq==1.0"),
    "python-no-reqfile": ("python-requirements-file", "requirement.txt"),
    "python-no-version": ("python-pin", "itsdangerous==99.0"),
    "python-unhashed": ("python-unhashed", ""),
    "startup-command": ("command", "gunicorn"),
    "startup-denied": ("startup-denied", "/app/start.sh"),
    "startup-file": ("startup-file", "/app/ap.py"),
    "startup-file-node": ("startup-file", "/app/indx.js"),
    "startup-line-ends": ("startup-interpreter", "/app/start.sh"),
    "startup-port": ("startup-port", "Address"),
    "startup-port-node": ("startup-port", ":::3000"),
    "startup-script": ("startup-script", "strat"),
}
LINES = [
    ("ImportError: No module named requests", "python-module", "requests"),
    ("/usr/bin/python3: No module named gunicorn", "python-module", "gunicorn"),
    ("ModuleNotFoundError: No module named 'google.cloud'", "python-module", "google.cloud"),
    ('ERROR:    Error loading ASGI app. Could not import module "mian".', "python-module", "mian"),
    (
        "Because app depends on flask (==99.0) which doesn't match any versions, so it failed.",
        "python-pin",
        "==99.0",
    ),
    (
        "  x No solution found: Because there is no version of flask==99.0 and you require it",
        "python-pin",
        "flask==99.0",
    ),
    (
        "ERROR: Package 'app' requires a different Python: 3.11.2 not in '>=3.12'",
        "python-version",
        ">=3.12",
    ),
    (
        "pyproject.toml changed significantly since poetry.lock was last generated.",
        "python-lock",
        "poetry.lock",
    ),
    (
        "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
        "python-lock",
        "uv.lock",
    ),
    (
        "Your Pipfile.lock (5a3e0c) is out of date. Expected: (7f2b9a).",
        "python-lock",
        "Pipfile.lock",
    ),
    ("Module not found: Error: Can't resolve 'lodash/fp' in '/app/src'", "node-module", "lodash"),
    (
        'error: Rollup failed to resolve import "@vue/x" from "/app/a.js".',
        "node-module",
        "@vue/x",
    ),
    (
        "a.ts(1,1): error TS2307: Cannot find module 'zod' or its type declarations.",
        "node-module",
        "zod",
    ),
    ("npm ERR! 404  'expresss@^4.0.0' is not in this registry.", "node-package", "expresss"),
    (
        "ERROR: Could not find a version that satisfies the requirement a==9 (from notes)",
        "python-pin",
        "a==9",
    ),
    ("npm ERR! notarget No matching version found for @a/b@^9.9.", "node-pin", "@a/b@^9.9"),
    (
        "Bind for 0.0.0.0:8080 failed: port is already allocated",
        "startup-port",
        "0.0.0.0:8080",
    ),
    ("exec /app/run: exec format error", "startup-interpreter", "/app/run"),
]
PASSING = [
    "W: Failed to fetch http://deb.example/x  Temporary failure resolving 'deb.example'",
    "E: Failed to fetch http://deb.example/x  Hash Sum mismatch",
    "File has unexpected size (1 != 2). Mirror sync in progress? [IP: 1.2.3.4 80]",
    "npm ERR! request failed, reason: getaddrinfo EAI_AGAIN registry.example",
    "npm error network read ECONNRESET",
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.example')",
    "ERROR: HTTP error 429 while getting https://files.example/x.whl: 429 Too Many Requests",
    "failed to solve: python:3.11: failed to do request: Head: net/http: TLS handshake timeout",
    "toomanyrequests: You have reached your pull rate limit.",
    "E: Failed to fetch http://deb.example/x  503  Service Unavailable",
    "WARNING: fetching https://alpine.example/main: temporary error (try again later)",
]


@pytest.mark.parametrize("name", sorted(REAL))
def test_a_real_log_shows_its_cause_and_what_it_is_about(name: str) -> None:
    best = diagnose((LOGS / f"{name}.log").read_text())[0]

    assert (best.cause, best.subject) == REAL[name]
    assert best.transient == name.startswith("network-")
    assert best.subject in best.line
    assert best.says.endswith(".")


@pytest.mark.parametrize(("line", "cause", "subject"), LINES)
def test_a_line_shows_its_cause(line: str, cause: str, subject: str) -> None:
    best = diagnose(f"starting\n{line}\nstopped\n")[0]

    assert (best.cause, best.subject, best.line) == (cause, subject, line.strip())


@pytest.mark.parametrize("said", PASSING)
def test_what_may_pass_is_not_to_be_patched(said: str) -> None:
    build = f'Step 2/3 : RUN x\n{said}\nThe command "/bin/sh -c x" returned a non-zero code: 1\n'

    assert diagnose(build)[0].transient
    assert diagnose(said)[0].transient


def test_a_warning_that_was_overcome_does_not_hide_the_error() -> None:
    log = (LOGS / "network-dns-pip.log").read_text()
    then = log + (LOGS / "python-no-version.log").read_text()

    assert diagnose(then)[0].cause == "python-pin"


def test_a_module_that_a_wheel_misses_while_it_is_built_is_not_missing_in_the_program() -> None:
    log = (LOGS / "python-no-version.log").read_text()

    assert not [
        one
        for one in diagnose(log + "#8 1.0 ModuleNotFoundError: No module named 'numpy'\n")
        if one.cause == "python-module"
    ]


def test_a_relative_path_is_not_a_package() -> None:
    assert diagnose("Error: Cannot find module './routes'\n") == ()


def test_the_last_of_several_errors_counts_in_a_log_of_restarts() -> None:
    log = "ModuleNotFoundError: No module named 'a'\nModuleNotFoundError: No module named 'b'\n"

    assert [one.subject for one in diagnose(log)] == ["b", "a"]


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "api-1  | ",
        "my-project_api.1    | ",
        "#12 3.456 ",
        "2026-11-21T08:45:10.123456789Z ",
        "\x1b[31m",
        "api-1  | \x1b[36m2026-11-21T08:45:10Z ",
    ],
)
def test_what_terminals_buildkit_and_compose_add_changes_nothing(prefix: str) -> None:
    plain = diagnose("ModuleNotFoundError: No module named 'yaml'\n")

    assert diagnose(f"{prefix}ModuleNotFoundError: No module named 'yaml'\r\n") == plain


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("python-no-version", "RUN pip install --no-cache-dir -r requirements.txt"),
        ("node-lock", "RUN npm ci"),
        ("python-module", ""),
    ],
)
def test_the_instruction_that_failed_is_known(name: str, stage: str) -> None:
    assert diagnose((LOGS / f"{name}.log").read_text())[0].stage == stage


def test_an_instruction_over_several_lines_is_known() -> None:
    log = (
        "ModuleNotFoundError: No module named 'yaml'\nDockerfile:3\n--------------------\n"
        "   2 |     FROM x\n   3 | >>> RUN a \\\n   4 | >>>     && b\n   5 |     CMD c\n"
    )

    assert diagnose(log)[0].stage == "RUN a && b"


def test_the_instruction_of_the_classic_builder_is_known() -> None:
    log = (
        "Step 1/2 : FROM x\nStep 2/2 : RUN manage check\n"
        "ModuleNotFoundError: No module named 'a'\n"
        "The command '/bin/sh -c manage check' returned a non-zero code: 1\n"
    )

    assert diagnose(log)[0].stage in {"RUN manage check", "manage check"}


def test_an_excerpt_has_the_first_error_and_the_end() -> None:
    body = [f"line {number}" for number in range(9000)]
    body[4000] = "gcc: fatal error: first"
    log = read("\n".join(body) + "\nthe end")

    said = excerpt(log)

    assert len(said) <= EXCERPT
    assert "fatal error: first" in said
    assert said.endswith("the end\n")
    assert excerpt(read("short")) == "short\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E: /tmp/a1b2/x: error at 0x7f553c19a7d0", "E: /var/q/x: error at 0x1"),
        ("3.11.2 failed after 17s in yaml", "3.12 failed after 2s in yaml"),
        ("2026-11-21T08:45:10Z boom", "2025-01-01 00:00:00 boom"),
        ("digest deadbeef01234567 differs", "digest 0123456789abcdef differs"),
    ],
)
def test_the_same_error_has_the_same_signature_and_is_found_again(one: str, other: str) -> None:
    assert signature_of("c", "s", one) == signature_of("c", "s", other)
    assert re.search(pattern_of(one), f"before {other} after")
    assert re.search(pattern_of(other), one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("No module named 'yaml'", "No module named 'toml'"),
        ("error E404", "error E500"),
        ("cannot find -lfoo", "cannot find -lbar"),
    ],
)
def test_another_error_has_another_signature_and_is_not_taken_for_it(one: str, other: str) -> None:
    assert signature_of("c", "s", one) != signature_of("c", "s", other)
    assert not re.search(pattern_of(one), other)


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_can_be_looked_into(text: str) -> None:
    assert isinstance(diagnose(text), tuple)
    assert len(excerpt(read(text))) <= EXCERPT
    for line in text.splitlines():
        assert re.search(pattern_of(line), line)


@pytest.mark.parametrize(
    "text",
    [
        "No module named " * 600_000,
        "x\n" * 4_000_000,
        "ModuleNotFoundError: No module named 'yaml'\n" * 200_000,
        "Cannot install " + "a " * 4_000_000 + "because these package versions",
        "\x1b[" * 4_000_000,
        "/" * 9_000_000,
        " " * 9_000_000,
    ],
    ids=["needle", "short", "repeated", "long", "escapes", "slashes", "blanks"],
)
def test_ten_megabytes_of_anything_take_no_time(text: str) -> None:
    begun = time.monotonic()

    diagnose(text)
    excerpt(read(text))
    pattern_of(text[:5000])

    assert time.monotonic() - begun < 10


def test_every_cause_is_on_the_page() -> None:
    page = (ROOT / "docs" / "repair-rules.md").read_text()
    families = (python, node, startup, network)
    causes = {cause.name for family in families for cause in family.CAUSES}

    assert [name for name in sorted(causes) if f"`{name}`" not in page] == []
    told_only = page.partition("Some are told only")[2].partition("##")[0]
    unknown = {name for name in causes if f"`{name}`" in told_only}
    assert causes - unknown - {cause.name for cause in network.CAUSES} <= set(RULES)
    assert not unknown & set(RULES)


def test_every_example_is_of_a_class_that_there_is() -> None:
    assert {one.cause for one in LIBRARY} <= {cause.name for cause in CAUSES}
