"""Files that are never edited, however their paths are spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.repair.asking import FILES, PLACE, codes, edited, request
from trueup.model.repair import Edit, Place
from trueup.repair.gates import refused
from trueup.repair.gates.places import default_patterns

ANYTHING = ("*", "**", "/**", ".*", "**/.*")

NEVER = [
    *("compose.yaml", "compose.override.yml", "api/docker-compose.prod.yaml", "Compose.YAML"),
    *("my-compose.yml", ".env", ".env.production", "api/prod.env", ".ENV", ".envrc"),
    *("api/server.pem", "tls.key", "id_rsa", "id_ed25519.pub", ".sops.yaml", "x.sops.json"),
    *("db.age", "secrets/token.txt", "secrets.yaml", ".npmrc", ".netrc", "pip.conf"),
    *(".ssh/config", ".docker/config.json", "credentials.json", "api/secret.txt"),
    *(".github/workflows/ci.yml", ".GitHub/x", ".gitlab-ci.yml", ".ci/run.sh", "Jenkinsfile"),
    *(
        "ci/Jenkinsfile.prod",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        ".pre-commit-config.yaml",
    ),
    *(".git/config", ".gitmodules", ".gitattributes", ".gitignore", "api/.git/hooks/pre-commit"),
    *("docker-stack.yml", "stack.yaml", "env_file", "db.secret.txt", "age.txt", "keys.txt"),
    *(".woodpecker/x.yml", "x.jenkinsfile", ".husky/pre-commit", "appveyor.yml", "buildspec.yml"),
    *("cloudbuild.yaml", "renovate.json", ".renovaterc.json", ".forgejo/x.yml"),
    *("trueup.yaml", "Trueup.YML", "status/Stack/web.yaml", ".trueup/x", "CODEOWNERS"),
]


@pytest.mark.parametrize("path", NEVER)
def test_a_file_of_the_closed_list_is_refused_whatever_is_allowed(path: str) -> None:
    files = {**FILES, path: "a\n"}
    edit = Edit(path, files[path], "b\n")

    found = refused((edit,), request(files, allowed=(*ANYTHING, path)))

    assert [refusal.code for refusal in found] == ["forbidden-file"]


SPELLINGS = [
    *("./Dockerfile", "api/./Dockerfile", "api//Dockerfile", "/Dockerfile", "../Dockerfile"),
    *("api/../compose.yaml", "api/..", "..", ".", "", "api/", "api\\Dockerfile", "C:Dockerfile"),
    *("C:/Dockerfile", "~/Dockerfile", "compose.yaml.", "compose.yaml ", "compose.yaml\0.txt"),
    *("comp\u200bose.yaml", "\uff43ompose.yaml", "compose\u2024yaml", ".\u200denv", " .env"),
    *("api/\u2025/x", "compose.yaml\n", "a\u202ey.txt", "\ufb01le.txt", "api/Dockerfile::$DATA"),
    *("trueup.yaml/../x", "api/e\u0301.txt", "api/x\ty", "a" * 300),
]


@pytest.mark.parametrize("path", SPELLINGS)
def test_a_path_that_is_not_plain_is_refused(path: str) -> None:
    edit = Edit(path, None, "b\n")

    assert codes(edit, allowed=ANYTHING) == {"forbidden-file"}


@given(st.text(max_size=30))
def test_what_is_let_through_is_the_name_of_a_file_below_the_root(path: str) -> None:
    found = refused((Edit(path, None, "b\n"),), request(allowed=ANYTHING))

    if not found:
        parts = path.split("/")
        assert path.isprintable()
        assert not {"", ".", ".."} & {*parts}
        assert len(parts) == 1 or f"{'/'.join(parts[:-1])}/" in "api/src/ api/tests/ api/"


def test_a_file_that_no_pattern_names_is_refused() -> None:
    assert codes(edited("api/src/main.py", "flask", "os")) == {"not-allowed"}


@pytest.mark.parametrize("path", ["Dockerfile", "other/Dockerfile", "api/deep/Dockerfile"])
def test_by_itself_only_the_folder_of_the_target_may_be_edited(path: str) -> None:
    files = {**FILES, path: "FROM busybox\n"}

    found = refused((Edit(path, files[path], "FROM busybox:1\n"),), request(files))

    assert [refusal.code for refusal in found] == ["not-allowed"]


def test_the_dockerfile_of_a_target_may_have_any_name_and_place() -> None:
    place = Place("", "build/api [1].df")
    files = {place.dockerfile: "FROM busybox\n", "x": ""}
    edit = Edit(place.dockerfile, "FROM busybox\n", "FROM busybox:1\n")

    assert refused((edit,), request(files, allowed=default_patterns(place), place=place)) == ()
    other = Edit(place.dockerfile, "FROM busybox\n", "FROM alpine\n")
    (found,) = refused((other,), request(files, allowed=default_patterns(place), place=place))
    assert found.code == "base-image"


def test_a_folder_with_odd_letters_allows_no_other() -> None:
    place = Place("a*", "a*/Dockerfile")
    files = {"a*/Dockerfile": "FROM busybox\n", "ab/Dockerfile": "FROM busybox\n"}
    asked = request(files, allowed=default_patterns(place), place=place)

    (found,) = refused((Edit("ab/Dockerfile", "FROM busybox\n", "FROM busybox:1\n"),), asked)

    assert found.code == "not-allowed"


def test_an_edit_begins_with_what_is_there() -> None:
    stale = Edit("api/requirements.txt", "flask==1\n", "flask==2\n")
    there = Edit("api/requirements.txt", None, "flask==2\n")
    gone = Edit("api/constraints.txt", "x\n", "y\n")

    assert [codes(edit) for edit in (stale, there, gone)] == [{"not-as-said"}] * 3


def test_no_folder_is_created() -> None:
    assert codes(Edit("new/Dockerfile", None, "FROM x\n"), allowed=ANYTHING) == {"not-as-said"}


def test_one_file_is_not_edited_twice() -> None:
    edit = edited("api/requirements.txt", "flask==2.2.2", "flask==3")

    assert "not-as-said" in codes(edit, edit)


def test_the_patterns_are_those_of_gitignore() -> None:
    allowed = ("api/**", "!api/tests/**")
    edit = edited("api/src/main.py", "flask", "os")
    check = edited("api/tests/test_main.py", "def", "# more\ndef")

    assert codes(edit, allowed=allowed) == set()
    assert codes(check, allowed=allowed) == {"not-allowed"}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: trueup/v1\nkind: Stack\n",
        '{"apiVersion": "trueup\\u002fv1"}',
        "x: &v trueup/v1\napiVersion: *v\n",
        "a: 1\n---\n'apiVersion': \"trueup\\x2Fv1\"\n",
        "services:\n  web: {image: x}\n",
        "? &s services\n: {web: {image: x}}\n",
    ],
)
def test_a_document_is_known_by_its_content(text: str) -> None:
    becomes = Edit("api/app.yaml", None, text)
    files = {**FILES, "api/was.yaml": text}
    was = Edit("api/was.yaml", text, "a: 1\n")

    assert codes(becomes, allowed=ANYTHING) == {"forbidden-file"}
    (found,) = refused((was,), request(files, allowed=ANYTHING))
    assert found.code == "forbidden-file"


def test_the_place_of_the_tests_is_the_one_they_allow() -> None:
    assert "/api/Dockerfile" in default_patterns(PLACE)
