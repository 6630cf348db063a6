"""Repairs that people make: no gate stands in their way."""

import pytest

from tests.repair.asking import FILES, codes, edited, judged, request
from trueup.model.repair import Diagnosis, Edit
from trueup.repair.gates import refused

DOCKER, NEEDS, NODE, PROJECT = (
    f"api/{name}" for name in ("Dockerfile", "requirements.txt", "package.json", "pyproject.toml")
)

GOOD = {
    "a missing module is added": (NEEDS, "flask==2.2.2\n", "flask==2.2.2\nrequests==2.31.0\n"),
    "a name with an odd word": (NEEDS, "flask==2.2.2\n", "flask==2.2.2\ntokenizers==0.15\n"),
    "another in a Dockerfile": (DOCKER, "RUN pytest", "RUN pip install authlib==1.3\nRUN pytest"),
    "another in node": (NODE, '"left-pad"', '"jsonwebtoken": "^9.0.0", "left-pad"'),
    "a pin moves": (NEEDS, "flask==2.2.2", "flask==3.0.3"),
    "a pin is let loose": (NEEDS, "flask==2.2.2", "flask>=2.2,<4"),
    "an extra is added": (NEEDS, "flask==2.2.2", "flask[async]==2.2.2"),
    "a comment is added": (NEEDS, "# what we need", "# what we need, see https://example.com/x"),
    "a digest is added": (NEEDS, "flask==2.2.2", f"flask==2.2.2 --hash=sha256:{'a1' * 32}"),
    "constraints are used": (NEEDS, "flask==2.2.2\n", "-c constraints.txt\nflask==2.2.2\n"),
    "a package has its new name": (DOCKER, "libpng12-dev", "libpng-dev"),
    "a library is added": (DOCKER, "gcc libpng12-dev", "gcc libpng12-dev libffi-dev"),
    "curl is installed": (DOCKER, "gcc libpng12-dev", "gcc libpng12-dev curl wget git"),
    "a RUN is added": (
        DOCKER,
        "WORKDIR /app\n",
        "WORKDIR /app\nRUN apt-get update \\\n && apt-get install -y libpq-dev\n",
    ),
    "a RUN as root in the middle": (
        DOCKER,
        "USER app\n",
        "USER root\nRUN apt-get update && apt-get install -y tini\nUSER app\n",
    ),
    "the base moves": (DOCKER, "FROM python:3.11-slim AS build", "FROM python:3.12-slim AS build"),
    "the base gets a digest": (
        DOCKER,
        "python:3.11-slim AS",
        f"python:3.11-slim@sha256:{'0a' * 32} AS",
    ),
    "a module is copied as well": (DOCKER, "COPY src/ /app/src/", "COPY src/ lib/ /app/src/"),
    "everything is copied": (DOCKER, "COPY src/ /app/src/", "COPY . /app/"),
    "manifests are copied": (DOCKER, "COPY req", "COPY package*.json ./\nCOPY req"),
    "files of a stage are copied": (
        DOCKER,
        "COPY src/",
        "COPY --from=build /app/*.whl /x/\nCOPY src/",
    ),
    "files are mounted": (
        DOCKER,
        "RUN pip install -r",
        "RUN --mount=type=bind,source=requirements.txt,target=/r pip install -r",
    ),
    "packages of an index are installed in a folder": (
        DOCKER,
        "RUN pytest",
        "RUN pip install --target /x/y 'a>=1' 2>/dev/null && npm i @types/node\nRUN pytest",
    ),
    "a program of the application is built": (
        DOCKER,
        "RUN pytest",
        "RUN go install ./cmd/...\nRUN pytest",
    ),
    "a RUN that stops at a failure": (
        DOCKER,
        "RUN pytest",
        "RUN set -eux; apt-get update; apt-get install tini 2>&1; \\\n rm -rf /tmp/*\nRUN pytest",
    ),
    "a RUN in several lines that says so": (
        DOCKER,
        "RUN pytest",
        "RUN <<EOF\nset -e\napt-get update\napt-get install -y tini\nEOF\nRUN pytest",
    ),
    "a file is linked, with quotes": (
        DOCKER,
        "RUN pytest",
        "RUN ls 'a; b | c' && ln -s /a /b || exit 1\nRUN pytest",
    ),
    "the command is another": (DOCKER, '"src/main.py"', '"-m", "src.main"'),
    "the port is another": (DOCKER, "EXPOSE 8000", "EXPOSE 8080"),
    "the port of the check is another": (DOCKER, "localhost:8000", "127.0.0.1:8080"),
    "a variable is another": (DOCKER, "PORT=8000", "PORT=8080"),
    "a tool is installed first": (
        DOCKER,
        "RUN pip install -r requirements.txt",
        "RUN pip install --upgrade pip setuptools wheel && pip install -r requirements.txt",
    ),
    "an old release has its archive": (
        DOCKER,
        "RUN apt-get update &&",
        "RUN sed -i s/deb/archive/ /x && apt-get -o Acquire::Check-Valid-Until=no update &&",
    ),
    "a mirror has its archive": (
        DOCKER,
        "RUN pytest",
        "RUN sed -i 's/deb.debian.org/archive.debian.org/g' /etc/apt/sources.list\nRUN pytest",
    ),
    "line ends are mended": (DOCKER, "RUN pytest", "RUN sed -i 's/\\r$//' start.sh\nRUN pytest"),
    "a cache is mounted": (
        DOCKER,
        "RUN pip install -r",
        "RUN --mount=type=cache,target=/root/.cache pip install -r",
    ),
    "a module of node is added": (NODE, '"left-pad": "1.3.0"', '"left-pad": "1.3.0", "ws": "^8"'),
    "a range of node moves": (NODE, '"^4.18.0"', '">=4.17 <6 || ~7.1"'),
    "an engine moves": (NODE, ">=18", ">=20"),
    "a start is another": (NODE, '"node ."', '"node server.js"'),
    "an override is added": (
        NODE,
        '"engines"',
        '"overrides": { "ws": "8.17.1" },\n  "engines"',
    ),
    "a dependency of a project is added": (PROJECT, '"numpy"]', '"numpy", "requests>=2"]'),
    "a tool of a build is added": (PROJECT, '"setuptools>=68"]', '"setuptools>=68", "wheel"]'),
    "an interpreter moves": (PROJECT, ">=3.9", ">=3.10"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_small_repair_passes(name: str) -> None:
    path, old, new = GOOD[name]

    assert judged(edited(path, old, new)) == ()


def test_a_file_that_is_allowed_may_be_created() -> None:
    assert judged(Edit("api/constraints.txt", None, "numpy<2\n")) == ()


def misspelled(name: str) -> Diagnosis:
    return Diagnosis("python-pin", name, f"No index has {name}.", 0.9, "line", "signature")


def test_another_program_may_be_started_where_the_error_is_about_that() -> None:
    edit = (edited(DOCKER, '"python", "src/main.py"', '"/app/start.sh"'),)
    startup = Diagnosis("startup-file", "python", "There is no python.", 0.9, "line", "signature")

    assert refused(edit, request(diagnosis=startup)) == ()
    assert [one.code for one in refused(edit, request())] == ["removed"]


@pytest.mark.parametrize(
    ("path", "before", "after", "name"),
    [
        (NEEDS, "reqeusts==2.31.0\n", "requests==2.31.0\n", "reqeusts==2.31.0"),
        (
            NODE,
            '{"dependencies": {"expresss": "^4"}}',
            '{"dependencies": {"express": "^4"}}',
            "expresss",
        ),
    ],
)
def test_a_name_that_no_index_has_may_be_mended(
    path: str, before: str, after: str, name: str
) -> None:
    files = {**FILES, path: before}
    edit = (Edit(path, before, after),)

    assert refused(edit, request(files, diagnosis=misspelled(name))) == ()
    assert [one.code for one in refused(edit, request(files))] == ["removed"]
    assert [one.code for one in refused(edit, request(files, diagnosis=misspelled("other")))] == [
        "removed"
    ]
    far = (Edit(path, before, after.replace("re", "zz")),)
    assert [one.code for one in refused(far, request(files, diagnosis=misspelled(name)))] == [
        "removed"
    ]


def test_lines_that_were_odd_before_may_stay() -> None:
    before = "flask==2\nattrs~=2\n"
    files = {**FILES, NEEDS: before}

    assert refused((Edit(NEEDS, before, f"{before}ws==1\n"),), request(files)) == ()


def test_several_files_may_be_edited_together() -> None:
    manifest = edited(NODE, '"left-pad"', '"ws": "8.1.0", "left-pad"')
    lock = '{\n "packages": {\n' + ",\n".join(
        f'  "p{n}": {{"resolved": "https://registry.npmjs.org/p{n}/-/p{n}-1.0.0.tgz"}}'
        for n in range(500)
    )

    assert judged(manifest, Edit("api/package-lock.json", None, lock + "\n }\n}\n")) == ()


def test_a_RUN_with_its_own_semicolons_keeps_them() -> None:  # noqa: N802 - named after it
    before = "FROM busybox\nRUN apk add gcc; ls | cat\n"
    edit = Edit("api/Dockerfile", before, before.replace("gcc", "gcc musl-dev"))

    assert refused((edit,), request({**FILES, "api/Dockerfile": before})) == ()


def test_what_was_there_already_may_stay() -> None:
    """A Dockerfile that pipes to a shell is not nice, and no reason not to repair it."""
    before = "FROM busybox\nRUN curl -k https://example.com/i.sh | sh || true\nRUN apk add gcc\n"
    files = {**FILES, "api/Dockerfile": before}
    after = before.replace("add gcc", "add gcc musl-dev")

    assert codes(Edit("api/Dockerfile", before, after)) == {"not-as-said"}
    assert refused((Edit("api/Dockerfile", before, after),), request(files)) == ()
