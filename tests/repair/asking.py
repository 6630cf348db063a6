"""A request as the tests make it, over files in memory."""

from collections.abc import Mapping

from trueup.model.key import Key
from trueup.model.repair import Diagnosis, Edit, Past, Place, Refusal, Request
from trueup.repair.gates import refused
from trueup.repair.gates.places import default_patterns

PLACE = Place("api", "api/Dockerfile")
DOCKERFILE = """\
# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
WORKDIR /app
RUN apt-get update && apt-get install -y gcc libpng12-dev && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install -r requirements.txt
FROM python:3.11-slim
COPY --from=build /app /app
COPY src/ /app/src/
ENV MODE=live PORT=8000
RUN pytest -q
HEALTHCHECK CMD curl -f http://localhost:8000/health
USER app
EXPOSE 8000
CMD ["python", "src/main.py"]
"""
REQUIREMENTS = "# what we need\nflask==2.2.2\nnumpy>=1.2 ; python_version > '3'\n"
PACKAGE = """\
{
  "name": "web",
  "scripts": { "start": "node .", "test": "jest" },
  "dependencies": { "express": "^4.18.0", "left-pad": "1.3.0" },
  "engines": { "node": ">=18" }
}
"""
PYPROJECT = """\
[build-system]
requires = ["setuptools>=68"]
build-backend = "setuptools.build_meta"

[project]
name = "api"
version = "1"
requires-python = ">=3.9"
dependencies = ["flask>=2", "numpy"]

[tool.pytest.ini_options]
addopts = "-q"
"""
FILES = {
    "api/Dockerfile": DOCKERFILE,
    "api/requirements.txt": REQUIREMENTS,
    "api/package.json": PACKAGE,
    "api/pyproject.toml": PYPROJECT,
    "api/src/main.py": "import flask\n",
    "api/tests/test_main.py": "def test_it():\n    assert 1\n",
    "compose.yaml": "services:\n  api:\n    build: api\n",
    ".env": "TOKEN=1\n",
    ".github/workflows/ci.yml": "on: push\n",
    "trueup.yaml": "host: one\n",
}


class Texts:
    """Files in memory."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._texts))

    def text(self, path: str) -> str | None:
        return self._texts.get(path)


def request(  # noqa: PLR0913 - each has its usual value
    files: Mapping[str, str] = FILES,
    *,
    allowed: tuple[str, ...] = default_patterns(PLACE),
    past: tuple[Past, ...] = (),
    log: str = "",
    diagnosis: Diagnosis | None = None,
    place: Place = PLACE,
) -> Request:
    key = Key("Run", "fix-api")
    return Request(
        key, "api", "repair the build", log, diagnosis, Texts(files), place, allowed, past
    )


def edited(path: str, old: str, new: str, files: Mapping[str, str] = FILES) -> Edit:
    """Return an edit that replaces a piece of a file, which has to be there."""
    before = files[path]
    assert old in before
    return Edit(path, before, before.replace(old, new, 1))


def judged(*edits: Edit, allowed: tuple[str, ...] | None = None) -> tuple[Refusal, ...]:
    asked = request() if allowed is None else request(allowed=allowed)
    return refused(edits, asked)


def codes(*edits: Edit, allowed: tuple[str, ...] | None = None) -> set[str]:
    return {refusal.code for refusal in judged(*edits, allowed=allowed)}
