"""What a Stack document means, and what it may not say."""

import pytest

from trueup.documents.desired import load
from trueup.kinds import KINDS
from trueup.kinds.stack.parse import parse, terms
from trueup.kinds.stack.spec import Checkout, Drift, Rollback, ServiceSpec, StackSpec
from trueup.model.checks import Command, Http, Log, Tcp
from trueup.model.key import Key

SCHEMAS = {name: kind.schema for name, kind in KINDS.items()}
WEB = Key("Stack", "web")
OTHER = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {{name: {}}}\n"


def document(spec: str) -> str:
    """Return a Stack whose spec begins in line 4."""
    lines = [f"  {line}\n" for line in spec.splitlines()]
    return f"apiVersion: trueup/v1\nkind: Stack\nmetadata: {{name: web}}\nspec:\n{''.join(lines)}"


def parsed(spec: str) -> StackSpec:
    """Return what a valid spec means."""
    others = [(f"{name}.yaml", OTHER.format(name)) for name in ("db", "cache")]
    wanted = load([("web.yaml", document(spec)), *others], SCHEMAS)
    assert wanted.all_problems == ()
    return parse(wanted.documents[WEB].body)


def refused(spec: str) -> list[str]:
    """Return every reason why a spec is refused."""
    wanted = load([("web.yaml", document(spec))], SCHEMAS)
    assert WEB not in wanted.documents
    return [f"{p.line} {p.field.removeprefix('spec.')}: {p.reason}" for p in wanted.all_problems]


def test_a_document_without_a_spec_has_every_default() -> None:
    text = "apiVersion: trueup/v1\nkind: Stack\nmetadata: {name: web}\n"
    body = load([("web.yaml", text)], SCHEMAS).documents[WEB].body

    assert parse(body) == StackSpec()


def test_every_field_is_understood() -> None:
    spec = parsed("""\
path: apps/web
repository: {url: https://git.example.org/web.git, branch: stable, ref: v1.4.0}
files: [compose.yaml, compose.prod.yaml]
project: web-prod
profiles: [debug]
env: {TAG: "1.10", PORT: 8080, RATIO: 1.5, DEBUG: true, EMPTY: "", x-note: ignored}
envFiles: [prod.env]
interval: 1h30m
timeout: 90
retry: {limit: 0, backoff: 500ms}
drift: {mode: report, ignore: [web.memory, "*.labels", web.environment.DEBUG]}
prune: false
deletionPolicy: orphan
dependsOn: [db, cache]
suspend: {reason: holiday, until: 2030-01-31T18:00:00+02:00}
requestedAt: 2030-01-31
adopt: true
services:
  web: {rollback: safe, stable: 1m, onChange: {conf/nginx.conf: "signal:HUP", data: ignore}}
  migrate: {oneShot: true}
  x-note: ignored
""")

    assert spec == StackSpec(
        path="apps/web",
        repository=Checkout("https://git.example.org/web.git", "stable", "v1.4.0"),
        files=("compose.yaml", "compose.prod.yaml"),
        project="web-prod",
        profiles=("debug",),
        env={"TAG": "1.10", "PORT": "8080", "RATIO": "1.5", "DEBUG": "true", "EMPTY": ""},
        env_files=("prod.env",),
        interval=5400.0,
        timeout=90.0,
        retry_limit=0,
        retry_backoff=0.5,
        drift=Drift.REPORT,
        ignore=("web.memory", "*.labels", "web.environment.DEBUG"),
        prune=False,
        delete=False,
        depends_on=("db", "cache"),
        suspended="holiday",
        suspended_until="2030-01-31T16:00:00+00:00",
        requested_at="2030-01-31",
        adopt=True,
        services={
            "web": ServiceSpec(
                rollback=Rollback.SAFE,
                stable=60.0,
                on_change={"conf/nginx.conf": "signal:HUP", "data": "ignore"},
            ),
            "migrate": ServiceSpec(one_shot=True),
        },
    )


def test_every_check_belongs_to_the_service_it_stands_under() -> None:
    spec = parsed("""\
services:
  web:
    verify:
    - http: {url: http://api:8000/health, status: 204, body: ready}
    - http: {url: http://web/, json: {path: checks.0.state, equals: true}}
    - tcp: {port: 5432}
    - tcp: {host: db, port: 5432}
    - exec: {command: [pg_isready, -U, app]}
    - log: {pattern: "panic: .*", absent: true}
""")

    assert spec.service("web").verify == (
        Http("web", "http://api:8000/health", status=204, body="ready"),
        Http("web", "http://web/", json_path="checks.0.state", json_value="true"),
        Tcp("web", "web", 5432),
        Tcp("web", "db", 5432),
        Command("web", ("pg_isready", "-U", "app")),
        Log("web", "panic: .*", absent=True),
    )


@pytest.mark.parametrize(
    ("said", "suspended", "until"),
    [
        ("true", "suspended by its document", ""),
        ("false", "", ""),
        ("{}", "suspended by its document", ""),
        ("{until: 2030-01-31}", "suspended by its document", "2030-01-31T00:00:00+00:00"),
        ("{reason: a, until: 2030-01-31T08:00:00Z}", "a", "2030-01-31T08:00:00+00:00"),
    ],
)
def test_suspension_is_yes_or_no_or_a_reason_with_an_end(
    said: str, suspended: str, until: str
) -> None:
    spec = parsed(f"suspend: {said}")

    assert (spec.suspended, spec.suspended_until) == (suspended, until)


@pytest.mark.parametrize("mode", ["repair", "report", "ignore"])
def test_drift_is_one_word_where_nothing_is_left_out(mode: str) -> None:
    assert parsed(f"drift: {mode}").drift == Drift(mode)
    assert parsed(f"drift: {{mode: {mode}}}").drift == Drift(mode)


def test_the_engine_is_told_what_it_must_know() -> None:
    spec = parsed("project: p\npath: a\ndeletionPolicy: orphan\ndependsOn: [db, cache]\n")

    said = terms(spec)

    assert (said.interval, said.timeout, said.retry_limit, said.retry_backoff) == (600, 300, 5, 10)
    assert said.depends_on == ("db", "cache")
    assert said.memory == {
        "project": "p",
        "deletionPolicy": "orphan",
        "dependsOn": "db,cache",
        "path": "a",
    }


PATHS = ["../web", "a/../../b", "a/..", "..", "/etc", "a\\b", '"a\\nb"']


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "field",
    [
        "files: [{}]",
        "envFiles: [{}]",
        "services: {{w: {{onChange: {{? {} : ignore}}}}}}",
    ],
)
def test_a_path_that_may_leave_the_tree_is_refused(field: str, path: str) -> None:
    assert len(refused(field.format(path))) == 1


@pytest.mark.parametrize("path", ["/etc", "a\\b", '"a\\nb"'])
def test_the_folder_of_the_project_is_a_relative_path(path: str) -> None:
    assert len(refused(f"path: {path}")) == 1


@pytest.mark.parametrize("path", ["../apps/web", "..", "a/../b"])
def test_the_folder_of_the_project_may_be_beside_the_document(path: str) -> None:
    assert parsed(f"path: {path}").path == path


@pytest.mark.parametrize("path", ["a..b", "..a", "a/.b/c", ".", "./a", "conf.d/my file.yaml", "ä"])
def test_any_path_within_the_tree_is_accepted(path: str) -> None:
    assert parsed(f"path: '{path}'").path == path


URLS_REFUSED = [
    "https://me:secret@host/a.git",
    "https://token@host/a.git",
    "ssh://me:secret@host/a",
    "ext::sh -c id",
    "-oProxyCommand=id",
    "ssh://-oProxyCommand=id/a",
    "--upload-pack=id",
    "a b",
    "",
]


@pytest.mark.parametrize("url", URLS_REFUSED)
def test_a_url_with_a_secret_or_an_option_is_refused_and_not_shown(url: str) -> None:
    (reason,) = refused(f"repository: {{url: '{url}'}}")

    assert "right form" in reason
    assert "secret" not in reason
    assert "token" not in reason


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.org/web.git",
        "http://host:3000/a/b",
        "ssh://git@host:22/a.git",
        "git@host:a/b.git",
        "file:///srv/a.git",
        "/srv/a.git",
    ],
)
def test_the_usual_urls_are_accepted(url: str) -> None:
    assert parsed(f"repository: {{url: '{url}'}}").repository == Checkout(url)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("interval: 5 minutes", '5 interval: "5 minutes" does not have the right form'),
        ("interval: 0", "5 interval: 0 is not more than 0"),
        ("interval: 0s", '5 interval: "0s" does not have the right form'),
        ("interval: [1]", "5 interval: a list stands where a number or text is expected"),
        ("intervall: 5m", "5 intervall: this field is not known"),
        ("drift: repiar", '5 drift: "repiar" is not one of repair, report, ignore'),
        ("drift: {mode: fix}", '5 drift.mode: "fix" is not one of repair, report, ignore'),
        ("drift: {ignore: [web.memroy]}", None),
        ("drift: {ingore: []}", "5 drift.ingore: this field is not known"),
        ("suspend: yes", "5 suspend: text stands where true or false or a mapping is expected"),
        ("suspend: {until: soon}", '5 suspend.until: "soon" is not a date or a time'),
        ("suspend: {until: '0001-01-01T00:00:00+14:00'}", None),
        ("dependsOn: db", "5 dependsOn: text stands where a list is expected"),
        ("dependsOn: [DB]", None),
        ("project: Web", '5 project: "Web" does not have the right form'),
        ("env: {A: [1]}", None),
        ("env: {a-b: 1}", "5 env.a-b: this name cannot stand here"),
        ("retry: {limit: -1}", "5 retry.limit: -1 is less than 0"),
        ("services: {w: {verify: [{}]}}", None),
        ("services: {w: {verify: [{http: {}}]}}", None),
        ("services: {w: {verify: [{http: {url: ftp://a}}]}}", None),
        ("services: {w: {verify: [{tcp: {port: 65536}}]}}", None),
        ("services: {w: {verify: [{exec: {command: id}}]}}", None),
        ("services: {w: {verify: [{exec: {command: []}}]}}", None),
        ("services: {w: {verify: [{log: {pattern: '('}}]}}", None),
        ("services: {w: {onChange: {a: reload}}}", None),
        ("services: {w: {onChange: {a: 'signal:hup; id'}}}", None),
        ("services: {w: {rollback: maybe}}", None),
        ("services: {../w: {}}", '5 services["../w"]: this name cannot stand here'),
        ("services: {w: null}", "5 services.w: nothing stands where a mapping is expected"),
    ],
)
def test_a_wrong_value_is_refused_once_in_its_line(spec: str, reason: str | None) -> None:
    reasons = refused(spec)

    assert len(reasons) == 1
    assert reasons[0].startswith("5 ")
    assert reason is None or reasons == [reason]


def test_two_checks_in_one_are_refused() -> None:
    assert refused("services: {w: {verify: [{tcp: {port: 1}, log: {pattern: a}}]}}") == [
        "5 services.w.verify[0]: tcp and log cannot stand together"
    ]


def test_the_remedy_says_how_to_write_it() -> None:
    text = document("interval: 5 minutes")
    (problem,) = load([("web.yaml", text)], SCHEMAS).all_problems

    assert "A duration such as 90s, 5m or 1h." in problem.remedy
