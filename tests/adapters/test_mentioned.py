"""Which variables of our environment the files of a project may be about."""

from pathlib import Path

import pytest

from trueup.adapters.docker.mentioned import mentioned

NAMES = ("HOME", "LANG", "USER")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("services: {a: {image: busybox}}", ()),
        ("volumes: ['${HOME}/data:/data']", ("HOME",)),
        ("volumes: ['~/data:/data']", ("HOME",)),
        ("environment: [USER]", ("USER",)),
        ("environment: {WHO: $USER, WHERE: $HOME}", ("HOME", "USER")),
        ('environment: {WHO: "${US\\x45R}"}', NAMES),
        ('environment: {WHO: "${US\\\n  ER}"}', NAMES),
    ],
)
def test_a_variable_that_a_file_may_mean_is_named(
    tmp_path: Path, text: str, expected: tuple[str, ...]
) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(text)
    assert mentioned(NAMES, [str(file), str(tmp_path / "absent")]) == expected
