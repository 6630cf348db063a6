"""Addresses in a file: another version is a repair, another place is not."""

import pytest

from tests.repair.asking import request
from trueup.model.repair import Edit
from trueup.repair.gates import refused

OLD = "https://nodejs.org/dist/v12.0.0/node.tar.gz"
SHARED = "https://github.com/good/tool/releases/v1.tgz"


def judge(before: str, after: str) -> set[str]:
    old, new = (f"FROM busybox\nENV AT={address}\n" for address in (before, after))
    edit = Edit("Dockerfile", old, new)
    return {
        r.code for r in refused((edit,), request({"Dockerfile": old}, allowed=("Dockerfile",)))
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD, "https://nodejs.org/dist/v20.0.0/node.tar.xz"),
        (SHARED, "https://github.com/good/tool/releases/v2.tgz"),
        ("http://deb.debian.org/debian", "http://archive.debian.org/debian"),
        ("x", "http://localhost:8000/health"),
    ],
)
def test_another_version_at_the_same_place_may_be_had(before: str, after: str) -> None:
    assert judge(before, after) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD, "http://nodejs.org/dist/v20.0.0/node.tar.xz"),
        (OLD, "https://nodejs.org.evil.example/dist/v12.0.0/node.tar.gz"),
        (OLD, "https://nodejs.org@evil.example/dist/v12.0.0/node.tar.gz"),
        (OLD, "https://nodejs.org:8443/dist/v12.0.0/node.tar.gz"),
        (OLD, "https://${HOST}/dist/v12.0.0/node.tar.gz"),
        (SHARED, "https://github.com/evil/tool/releases/v1.tgz"),
        (SHARED, "https://github.com/good/evil/releases/v1.tgz"),
        (SHARED, "https://github.com/good/tool/../../evil/x.tgz"),
        ("x", "http://localhost@evil.example/health"),
        ("x", "http://localhost:8000@evil.example/health"),
        ("https://${HOST}/a", "https://${HOST}/b"),
        ("x", "http://localhost.evil.example/health"),
        ("x", "https://pypi.org/x"),
        ("x", "ftp://deb.debian.org/x"),
    ],
)
def test_another_place_may_not(before: str, after: str) -> None:
    assert "download" in judge(before, after)
