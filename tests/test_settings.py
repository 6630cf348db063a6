"""How Trueup is configured: one file, the environment and flags, and what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from trueup.documents.check import check
from trueup.model.errors import SpecError
from trueup.settings import (
    GitSettings,
    PublishSettings,
    RunSettings,
    Secret,
    SecretSettings,
    Settings,
    SettingsError,
    SourceSettings,
    SshKey,
    StatusSettings,
    Token,
    load,
    reveal,
)

ONE_SOURCE = "sources:\n- name: apps\n  directory: specs\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def loaded(folder: Path, text: str = ONE_SOURCE, **said: Mapping[str, Any]) -> Settings:
    """Load a configuration; `said` are flags and environ."""
    (folder / "trueup.yaml").write_text(text)
    return load(folder, check, **{"environ": {}, **said})


def refused(folder: Path, text: str, **said: Mapping[str, Any]) -> list[str]:
    """Return every problem as file:line field: reason."""
    with pytest.raises(SettingsError) as error:
        loaded(folder, text, **said)
    return [f"{p.file}:{p.line} {p.field}: {p.reason}" for p in error.value.problems]


def test_a_source_is_all_that_must_be_said(folder: Path) -> None:
    assert loaded(folder) == Settings(
        folder=folder,
        sources=(SourceSettings("apps", directory=folder / "specs"),),
        state=folder / ".trueup",
        status=StatusSettings(
            directory=folder / "status",
            branch="trueup/status",
            interval=2.0,
            name="Trueup",
            email="trueup@localhost",
            push=True,
        ),
        context="",
        concurrency=4,
        log="text",
        probe_image="busybox:stable",
        file=folder / "trueup.yaml",
        allow=(),
    )


def test_every_field_is_understood(folder: Path) -> None:
    settings = loaded(
        folder,
        """\
x-note: mine
sources:
- name: token
  git:
    url: https://git.example.org/apps.git
    branch: stable
    path: deploy/specs
    interval: 5m
    auth: {tokenFrom: {file: secrets/git}, user: bot}
    pushAuth: {tokenFrom: {env: PUSH}}
    submodules: true
    lfs: true
- name: key
  git:
    url: git@git.example.org:apps.git
    auth: {sshKey: {file: /etc/key}, knownHosts: {file: hosts}}
- name: here
  directory: ../elsewhere
state: /var/lib/trueup
context: lab
concurrency: 8
log: json
probeImage: registry.example.org/tools:1
status:
  directory: out
  branch: answers
  interval: 1m
  author: {name: Robot, email: robot@example.org}
  push: false
publish:
  to: commit
  author: {email: fixes@example.org}
  signing: {key: keys/trueup}
""",
    )

    assert settings.sources == (
        SourceSettings(
            "token",
            git=GitSettings(
                url="https://git.example.org/apps.git",
                branch="stable",
                path="deploy/specs",
                interval=300.0,
                auth=Token(Secret(file=str(folder / "secrets/git")), "bot"),
                push_auth=Token(Secret(env="PUSH")),
                submodules=True,
                lfs=True,
            ),
        ),
        SourceSettings(
            "key",
            git=GitSettings(
                url="git@git.example.org:apps.git", auth=SshKey("/etc/key", str(folder / "hosts"))
            ),
        ),
        SourceSettings("here", directory=folder.parent / "elsewhere"),
    )
    assert [source.documents for source in settings.sources] == ["deploy/specs", "specs", "."]
    assert settings.state == Path("/var/lib/trueup")
    assert (settings.context, settings.concurrency, settings.log) == ("lab", 8, "json")
    assert settings.probe_image == "registry.example.org/tools:1"
    assert settings.status == StatusSettings(
        folder / "out", "answers", 60.0, "Robot", "robot@example.org", push=False
    )
    key = str(folder / "keys/trueup")
    assert settings.publish == PublishSettings("commit", "Robot", "fixes@example.org", key)
    assert Path(key) in settings.guarded


def test_flags_beat_the_environment_beats_the_file(folder: Path) -> None:
    text = f"{ONE_SOURCE}concurrency: 1\ncontext: file\nlog: json\nstate: file\n"

    settings = loaded(
        folder,
        text,
        environ={"TRUEUP_CONCURRENCY": "2", "TRUEUP_CONTEXT": "env", "TRUEUP_STATE": ""},
        flags={"concurrency": 3, "context": None, "state": None},
    )

    assert (settings.concurrency, settings.context, settings.log) == (3, "env", "json")
    assert settings.state == folder / "file"


def test_paths_from_outside_are_relative_to_where_one_is(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)

    assert loaded(folder, environ={"TRUEUP_STATE": "env"}).state == here / "env"
    assert loaded(folder, flags={"state": "flag"}).state == here / "flag"


def test_the_file_can_have_another_name(folder: Path) -> None:
    (folder / "other.yaml").write_text(ONE_SOURCE)
    (folder / "third.yaml").write_text(f"{ONE_SOURCE}log: json\n")

    said = load("/", check, environ={"TRUEUP_CONFIG": str(folder / "other.yaml")})
    flag = load("/", check, flags={"config": str(folder / "third.yaml")}, environ={})

    assert said.sources[0].directory == folder / "specs"
    assert flag.log == "json"


def test_without_a_file_the_folder_specs_is_followed(folder: Path) -> None:
    (folder / "specs").mkdir()

    settings = load(folder, check, environ={})

    assert settings.sources == (SourceSettings("specs", directory=folder / "specs"),)
    assert settings.state == folder / ".trueup"


@pytest.mark.parametrize("flags", [{}, {"config": "missing.yaml"}])
def test_without_anything_to_follow_a_minimal_file_is_shown(
    folder: Path, flags: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    if flags:
        (folder / "specs").mkdir()

    with pytest.raises(SpecError, match="sources:\n- name: apps\n  directory: specs"):
        load(folder, check, flags=flags, environ={})


def test_a_file_that_names_no_source_is_refused(folder: Path) -> None:
    with pytest.raises(SpecError, match="names no sources"):
        loaded(folder, "log: json\n")


def test_the_minimal_file_that_is_shown_is_right(folder: Path) -> None:
    with pytest.raises(SpecError) as error:
        load(folder, check, environ={})

    assert loaded(folder, error.value.fix.partition("\n")[2]).sources[0].name == "apps"


WRONG = """\
sources:
- name: Apps
  directory: specs
- name: apps
  git: {url: 'https://me:s3cret@host/a.git', branch: -x, auth: {tokenFrom: s3cret}}
- name: apps
  git: {url: git@host:a, auth: {tokenFrom: {env: s3cret}, sshKey: {file: a}}}
- directory: a
  git: {url: git@host:a, path: ../x}
concurency: 3
concurrency: 0
log: xml
status: {interval: soon, push: maybe, author: {email: me}}
"""


def test_everything_that_is_wrong_is_told_at_once(folder: Path) -> None:
    reasons = refused(folder, WRONG, environ={"TRUEUP_LOG": "yaml"}, flags={"concurrency": 99})

    assert reasons == [
        'trueup.yaml:2 sources[0].name: "Apps" does not have the right form',
        "trueup.yaml:5 sources[1].git.auth.tokenFrom: text stands where a mapping is expected",
        'trueup.yaml:5 sources[1].git.branch: "-x" does not have the right form',
        'trueup.yaml:5 sources[1].git.url: "https://***@host/a.git" does not have the right form',
        "trueup.yaml:7 sources[2].git.auth: tokenFrom and sshKey cannot stand together",
        "trueup.yaml:7 sources[2].git.auth.knownHosts: the field is missing",
        'trueup.yaml:7 sources[2].git.auth.tokenFrom.env: "***" does not have the right form',
        "trueup.yaml:8 sources[3]: directory and git cannot stand together",
        "trueup.yaml:8 sources[3].name: the field is missing",
        'trueup.yaml:9 sources[3].git.path: "../x" does not have the right form',
        "trueup.yaml:10 concurency: this field is not known",
        "trueup.yaml:11 concurrency: 0 is less than 1",
        'trueup.yaml:12 log: "xml" is not one of text, json',
        'trueup.yaml:13 status.author.email: "me" does not have the right form',
        'trueup.yaml:13 status.interval: "soon" does not have the right form',
        "trueup.yaml:13 status.push: text stands where true or false is expected",
        "trueup.yaml:6 sources[2].name: another source has the name apps too",
        "--concurrency:0 : 99 is more than 64",
        'TRUEUP_LOG:0 : "yaml" is not one of text, json',
    ]


def test_no_secret_is_in_the_error(folder: Path) -> None:
    with pytest.raises(SettingsError) as error:
        loaded(folder, WRONG)

    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sources: [", "trueup.yaml:1 : the YAML cannot be read here: "),
        ("- a\n", "trueup.yaml:1 : a list stands where a mapping is expected"),
        (f"{ONE_SOURCE}---\na: 1\n", "trueup.yaml:5 : a second document begins here"),
        ("a: &a [*a]\n", "trueup.yaml:1 a[0]: the anchor &a contains itself"),
    ],
)
def test_a_file_that_is_not_one_mapping_is_refused(folder: Path, text: str, reason: str) -> None:
    (found,) = refused(folder, text)

    assert found.startswith(reason)


def test_a_secret_is_read_when_it_is_needed(folder: Path) -> None:
    file = folder / "token"
    file.write_text("from-file\n")

    assert reveal(Secret(env="TOKEN"), {"TOKEN": "from-env"}) == "from-env"
    assert reveal(Secret(file=str(file))) == "from-file"


@pytest.mark.parametrize("secret", [Secret(env="TOKEN"), Secret(file="/nowhere/token")])
def test_a_secret_that_is_not_there_is_told_with_its_place(secret: Secret) -> None:
    with pytest.raises(SpecError) as error:
        reveal(secret, {"TOKEN": ""})

    assert (secret.env or secret.file) in str(error.value)


def test_an_empty_secret_file_is_told(folder: Path) -> None:
    (folder / "token").write_text("\n")

    with pytest.raises(SpecError, match="holds no secret"):
        reveal(Secret(file=str(folder / "token")))


def test_keys_that_a_repository_could_write_are_refused(tmp_path: Path) -> None:
    verify = "verify: {allowedSigners: .trueup/sources/apps/tree/signers}"
    text = f"sources:\n- name: apps\n  git:\n    url: https://example.org/x\n    {verify}\n"
    (tmp_path / "trueup.yaml").write_text(text)

    with pytest.raises(SpecError, match="where repositories write"):
        load(tmp_path, check, environ={})


def test_what_stacks_may_use_as_secrets_is_named_and_closed_by_default(folder: Path) -> None:
    said = """
secrets:
  age: {keyFile: age.txt, env: TRUEUP_AGE_KEY}
  env: [APP_*, TOKEN]
  files: [secrets, /etc/trueup/secrets]
  directory: /dev/shm/trueup
"""

    assert loaded(folder).secrets == SecretSettings()
    assert loaded(folder, ONE_SOURCE + said).secrets == SecretSettings(
        keys=(Secret(file=str(folder / "age.txt")), Secret(env="TRUEUP_AGE_KEY")),
        env=("APP_*", "TOKEN"),
        files=(folder / "secrets", Path("/etc/trueup/secrets")),
        directory=Path("/dev/shm/trueup"),  # noqa: S108 - only named
    )


def test_what_is_kept_of_runs_that_have_ended_may_be_said(folder: Path) -> None:
    assert loaded(folder).runs == RunSettings(keep=5, days=30)
    assert loaded(folder, f"{ONE_SOURCE}runs: {{keep: 2, days: 7}}\n").runs == RunSettings(2, 7)
    assert refused(folder, f"{ONE_SOURCE}runs: {{keep: many}}\n")


@pytest.mark.parametrize("wrong", ["age: {}", "env: ['*']", "key: x"])
def test_a_wrong_setting_of_secrets_is_refused(folder: Path, wrong: str) -> None:
    assert refused(folder, f"{ONE_SOURCE}secrets: {{{wrong}}}\n")
