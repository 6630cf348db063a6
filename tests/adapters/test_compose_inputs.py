"""Which files decide what a project resolves to."""

import os
from pathlib import Path

import pytest

from trueup.adapters.disk.digests import Digests
from trueup.adapters.docker.compose_inputs import compose_files, compose_inputs
from trueup.model.ports import Project


def project(directory: Path) -> Project:
    return Project("web", str(directory))


def write(directory: Path, **files: str) -> None:
    for name, text in files.items():
        path = directory / name.replace("__", "/").replace("_yaml", ".yaml").replace(
            "_env", ".env"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(directory: Path) -> set[str]:
    found = compose_inputs(project(directory)).files
    return {os.path.relpath(path, directory) for path in found}


def test_the_files_that_compose_looks_for_count_even_while_absent(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml="services: {}")

    assert names(tmp_path) == {
        ".env",
        "compose.yaml",
        "compose.yml",
        "docker-compose.yml",
        "docker-compose.yaml",
        "compose.override.yml",
        "compose.override.yaml",
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    }


def test_compose_takes_the_first_file_and_its_override(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "compose.yml", "compose.override.yaml"):
        (tmp_path / name).touch()

    found = [Path(path).name for path in compose_files(project(tmp_path))]

    assert found == ["compose.yml", "compose.override.yaml"]


def test_a_directory_without_a_compose_file_has_none(tmp_path: Path) -> None:
    assert compose_files(project(tmp_path)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("services: {web: {env_file: a.env}}", {"a.env"}),
        (
            "services: {web: {env_file: [a.env, {path: b.env, required: false}]}}",
            {"a.env", "b.env"},
        ),
        ("services: {web: {extends: {file: base/x.yaml, service: web}}}", {"base/x.yaml"}),
        ("include: [other/compose.yaml]", {"other/compose.yaml", "other/.env"}),
        ("include: [{path: [a.yaml, b.yaml], env_file: c.env}]", {"a.yaml", "b.yaml", "c.env"}),
        ("include: [{path: a.yaml, project_directory: deep}]", {"a.yaml", "deep/.env"}),
        ("x-c: &c {env_file: a.env}\nservices: {web: {<<: *c}}", {"a.env"}),
        ("services: {web: {env_file: !override [a.env]}}", {"a.env"}),
    ],
)
def test_files_that_are_named_anywhere_count(
    tmp_path: Path, text: str, expected: set[str]
) -> None:
    write(tmp_path, compose_yaml=text)

    assert names(tmp_path) >= expected


def test_included_files_are_followed(tmp_path: Path) -> None:
    write(
        tmp_path,
        compose_yaml="include: [one/compose.yaml]",
        one__compose_yaml="include: [../two/compose.yaml]",
        two__compose_yaml="services: {web: {env_file: deep.env}}",
    )

    assert "two/deep.env" in names(tmp_path)


def test_files_that_include_each_other_come_to_an_end(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml="include: [a.yaml]", a_yaml="include: [compose.yaml]")

    assert compose_inputs(project(tmp_path)).known


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {env_file: $PLACE/a.env}}",
        "include: ['${WHERE}.yaml']",
        "include: [oci://example.org/app:1]",
        "include: ['https://example.org/app.git']",
        "services: {web: {extends: {file: $X, service: y}}}",
        "a: [",
        "a: *nowhere",
    ],
)
def test_names_that_cannot_be_known_are_admitted(tmp_path: Path, text: str) -> None:
    write(tmp_path, compose_yaml=text)

    assert not compose_inputs(project(tmp_path)).known


def test_aliases_upon_aliases_take_no_time(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    lines += ["m0: &m0 {k: v}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(1, 40)]
    write(tmp_path, compose_yaml="\n".join(lines))

    assert "values" in " ".join(compose_inputs(project(tmp_path)).odd.values())


def test_compose_file_in_the_dot_env_names_the_files(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('COMPOSE_FILE="a.yaml:b.yaml"\n')
    write(tmp_path, a_yaml="services: {web: {env_file: a.env}}", b_yaml="{}")

    assert names(tmp_path) >= {"a.yaml", "b.yaml", "a.env"}


def test_the_digest_changes_with_any_file_and_with_one_that_appears(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml="services: {web: {env_file: {path: a.env, required: false}}}")
    inputs = compose_inputs(project(tmp_path))
    digests = [inputs.digest(Digests().file), inputs.digest(Digests().file)]

    for name in ("a.env", "compose.override.yaml", ".env"):
        (tmp_path / name).write_text("X=1")
        digests.append(inputs.digest(Digests().file))

    assert digests[0] == digests[1]
    assert len(set(digests)) == 4
