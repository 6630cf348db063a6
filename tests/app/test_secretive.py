"""Which values are taken for secrets when what runs is written down."""

import pytest

from trueup.app.secretive import dotenv, secretive, suspicious


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "POSTGRES_PASSWORD",
        "API_TOKEN",
        "SECRET_KEY_BASE",
        "AWS_SECRET_ACCESS_KEY",
        "SENTRY_DSN",
        "smtp_passwd",
        "DATABASE_URL",
    ],
)
def test_a_name_that_stands_for_a_secret_is_known(name: str) -> None:
    assert secretive({name: "x"}) == {name: "x"}


@pytest.mark.parametrize(
    "value",
    ["postgres://me:word@db/app", "-----BEGIN RSA PRIVATE KEY-----\nx", "ghp_0123456789"],
)
def test_a_value_that_looks_like_a_secret_is_known_whatever_its_name(value: str) -> None:
    assert secretive({"HARMLESS": value}) == {"HARMLESS": value}


def test_ordinary_settings_stay() -> None:
    plain = {
        "LOG_LEVEL": "info",
        "PORT": "80",
        "URL": "https://example.org/a:b",
        "DB_PASSWORD": "",
    }
    assert secretive(plain) == {}


def test_secrets_in_commands_and_labels_are_pointed_at() -> None:
    said = {"command": ["serve", "--password=x"], "labels": {"api.token": "x", "team": "blue"}}
    assert list(suspicious(said)) == ["command", "label api.token"]
    assert list(suspicious({"command": ["serve", "--port", "80"]})) == []


def test_a_file_of_variables_quotes_what_it_must() -> None:
    assert dotenv({"B": "plain $x", "A": 'it\'s\n"two" $lines'}) == (
        'A="it\'s\\n\\"two\\" \\$lines"\nB=\'plain $x\'\n'
    )
