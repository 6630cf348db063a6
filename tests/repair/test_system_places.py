"""Where packages go in a Dockerfile, which names they have today, and when nothing is edited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.repair.fake_bases import FakeBases, FakeSystem, alpine, debian
from tests.repair.fake_index import FakeIndexes, facts, request
from trueup.model.errors import TransientError
from trueup.model.system import Distribution
from trueup.repair.author import Rules
from trueup.repair.diagnose import diagnose
from trueup.repair.providers import for_header, for_library, for_linking, for_pkg_config
from trueup.repair.renames import alike, today

RUN = "RUN apt-get update && apt-get install -y --no-install-recommends {} "
LISTS = "&& rm -rf /var/lib/apt/lists/*"
GIT = RUN.format("git") + LISTS
NO_GIT = "/bin/sh: 1: git: not found\n"
NO_GL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n"


def failed(act: str, line: str) -> str:
    return f"#7 0.2 {line}------\n > [2/3] RUN {act}:\n0.2 {line}------\n"


def mended(
    text: str,
    log: str,
    *,
    target: str = "",
    system: Distribution | None = None,
    images: tuple[str, ...] = (),
) -> str | None:
    found = system or debian()
    known = dict.fromkeys(("a", "b", "debian:stretch-slim", "debian:bullseye-slim"), found)
    indexes = FakeIndexes(bases=FakeBases(known, frozenset(images)))
    asked = request(log, {"Dockerfile": text}, target=target)
    proposal = Rules(indexes).propose(asked)
    return proposal.edits[0].after if proposal else None


PLACES = {
    "before the first files": (
        "FROM a\nWORKDIR /x\n\n# ours\nCOPY . .\nRUN git x\n",
        f"FROM a\nWORKDIR /x\n\n{GIT}\n# ours\nCOPY . .\nRUN git x\n",
    ),
    "in the stage that failed": (
        "FROM a AS one\nCOPY . .\nRUN git x\nFROM b\nCOPY --from=one /x /x\n",
        f"FROM a AS one\n{GIT}\nCOPY . .\nRUN git x\nFROM b\nCOPY --from=one /x /x\n",
    ),
    "where the stage installs something, but not after what failed": (
        "FROM a\nRUN git x\nRUN apt-get install -y zip\n",
        f"FROM a\n{GIT}\nRUN git x\nRUN apt-get install -y zip\n",
    ),
    "not where another stage installs something": (
        "FROM a AS one\nRUN apt-get install -y zip\nFROM a\nRUN git x\n",
        f"FROM a AS one\nRUN apt-get install -y zip\nFROM a\n{GIT}\nRUN git x\n",
    ),
    "before another user begins": (
        "FROM a\nUSER app\nCOPY . .\nRUN git x\n",
        f"FROM a\n{GIT}\nUSER app\nCOPY . .\nRUN git x\n",
    ),
    "as root where the stage begins as another user": (
        "FROM a AS one\nUSER app\nFROM one\nCOPY . .\nRUN git x\n",
        f"FROM a AS one\nUSER app\nFROM one\nUSER root\n{GIT}\nUSER app\nCOPY . .\nRUN git x\n",
    ),
    "with the ends of lines that there are": (
        "FROM a\r\nRUN git x\r\n",
        f"FROM a\r\n{GIT}\r\nRUN git x\r\n",
    ),
}


@pytest.mark.parametrize("case", PLACES)
def test_packages_are_installed(case: str) -> None:
    before, after = PLACES[case]
    assert mended(before, failed("git x", NO_GIT)) == after


def test_an_image_that_runs_as_another_user_becomes_root_for_the_packages_only() -> None:
    system = debian(user="node")
    after = mended("FROM a\nRUN git x\n", failed("git x", NO_GIT), system=system)
    assert after == f"FROM a\nUSER root\n{GIT}\nUSER node\nRUN git x\n"


def test_what_a_running_service_lacks_is_installed_in_the_last_stage() -> None:
    text = "FROM a AS one\nRUN apt-get install -y gcc\nFROM b\nCOPY --from=one /x /x\nCMD x\n"
    run = RUN.format("libgl1") + LISTS
    after = text.replace("FROM b\n", f"FROM b\n{run}\n")
    assert mended(text, NO_GL) == after


def test_what_a_running_service_lacks_is_installed_in_the_stage_that_is_built() -> None:
    text = "FROM a AS one\nCOPY x x\nFROM b\nCOPY y y\n"
    run = RUN.format("libgl1") + LISTS
    assert mended(text, NO_GL, target="one") == text.replace(
        "FROM a AS one", f"FROM a AS one\n{run}"
    )


def test_a_file_without_a_last_end_of_line_gets_a_line_of_its_own() -> None:
    run = RUN.format("libgl1") + LISTS
    assert mended("FROM a", NO_GL) == f"FROM a\n{run}\n"


def test_alpine_is_spoken_to_in_its_own_words() -> None:
    log = failed("git x", "/bin/sh: git: not found\n")
    after = mended("FROM a\nRUN git x\n", log, system=alpine())
    assert after == "FROM a\nRUN apk add --no-cache git\nRUN git x\n"
    gcc = failed("pip install x", "error: command 'gcc' failed: No such file or directory\n")
    after = mended("FROM a\nRUN apk add curl\nRUN pip install x\n", gcc, system=alpine())
    assert after == "FROM a\nRUN apk add curl gcc musl-dev\nRUN pip install x\n"


def test_alpine_says_which_package_has_a_library() -> None:
    log = "Error loading shared library libGL.so.1: No such file or directory (needed by x)\n"
    assert mended("FROM a\nCOPY x x\n", log, system=alpine()) == (
        "FROM a\nRUN apk add --no-cache mesa-gl\nCOPY x x\n"
    )


def test_a_package_of_alpine_that_has_another_name_is_renamed() -> None:
    said = "ERROR: unable to select packages:\n  py-pip (no such package):\n"
    after = mended("FROM a\nRUN apk add curl py-pip\n", said, system=alpine())
    assert after == "FROM a\nRUN apk add curl py3-pip\n"
    old = "ERROR: unsatisfiable constraints:\n  py-pip (missing):\n"
    assert mended("FROM a\nRUN apk add curl py-pip\n", old, system=alpine()) == after


def test_a_version_that_alpine_has_no_more_is_replaced() -> None:
    said = "  curl-2.0-1:\n    breaks: world[curl=1.9-r3]\n"
    after = mended("FROM a\nRUN apk add curl=1.9-r3 git\n", said, system=alpine())
    assert after == "FROM a\nRUN apk add curl=2.0-1 git\n"


def test_a_name_is_changed_in_every_stage_that_the_failed_one_is_built_upon() -> None:
    text = (
        "FROM a AS one\nRUN apt-get install -y netcat=1\nFROM one\nRUN apt-get install -y netcat\n"
    )
    log = "E: Package 'netcat' has no installation candidate\n"
    assert mended(text, log) == text.replace("netcat=1", "netcat").replace(
        "netcat", "netcat-openbsd"
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN apt-get install -y git\nRUN git x\n",
        "FROM a AS one\nRUN apt-get install -y git=1\nFROM one\nRUN git x\n",
        "FROM a\nRUN something else\n",
        "",
        "RUN git x\n",
    ],
)
def test_nothing_is_edited_where_it_would_not_help(text: str) -> None:
    assert mended(text, failed("git x", NO_GIT)) is None


def test_nothing_is_edited_for_a_package_that_the_image_has() -> None:
    system = debian(installed=frozenset({"git"}))
    assert mended("FROM a\nRUN git x\n", failed("git x", NO_GIT), system=system) is None


def test_nothing_is_edited_for_a_name_that_the_distribution_does_not_know() -> None:
    log = failed("frobnicate", "/bin/sh: 1: frobnicate: not found\n")
    assert mended("FROM a\nRUN frobnicate\n", log) is None
    log = "E: Unable to locate package libpq-deev\n"
    assert mended("FROM a\nRUN apt-get install libpq-deev\n", log) is None
    assert alike("libpq-deev", debian()) == ("libpq-dev", "libpng-dev")


def test_a_program_of_npm_or_pip_is_not_taken_from_the_distribution() -> None:
    log = failed("npm run build", "sh: 1: tsc: not found\n")
    assert mended("FROM a\nRUN npm run build\n", log) is None
    log = failed("tsc", "/bin/sh: 1: tsc: not found\n")
    assert mended("FROM a\nRUN tsc\n", log) is None
    log = failed("npm run build", "sh: 1: vite: not found\n")  # Debian's is another program
    assert mended("FROM a\nRUN npm run build\n", log) is None
    log = failed("npm run build", "sh: 1: git: not found\n")
    assert mended("FROM a\nRUN npm run build\n", log) is not None


def test_a_program_of_a_python_package_comes_from_its_index() -> None:
    files = {
        "Dockerfile": "FROM a\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        "RUN gunicorn --check-config x\n",
        "requirements.txt": "flask\n",
    }
    log = failed("gunicorn --check-config x", "/bin/sh: 1: gunicorn: not found\n")
    bases = FakeBases({"a": debian("gunicorn")})
    indexes = FakeIndexes({"gunicorn": facts("gunicorn", "22.0.0")}, bases=bases)
    proposal = Rules(indexes).propose(request(log, files))
    assert proposal is not None
    (edit,) = proposal.edits
    assert edit.path == "requirements.txt"
    assert "gunicorn" in edit.after


def test_nothing_is_edited_where_the_image_is_of_no_distribution() -> None:
    indexes = FakeIndexes(bases=FakeBases({"a": None}))
    asked = request(failed("git x", NO_GIT), {"Dockerfile": "FROM a\nRUN git x\n"})
    assert Rules(indexes).propose(asked) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("libpng12-dev", "libpng-dev"),
        ("netcat", "netcat-openbsd"),
        ("libicu63", "libicu72"),
        ("libffi6", "libffi8"),
        ("libmysqlclient-dev", "default-libmysqlclient-dev"),
        ("python-dev", "python3-dev"),
        ("python-pip", "python3-pip"),
        ("libicu72t64", "libicu72"),
        ("ttf-freefont", "fonts-freefont-ttf"),
        ("openjdk-8-jdk", "openjdk-17-jdk"),
        ("php7.4-mysql", "php8.2-mysql"),
        ("php5", "php8.2"),
        ("postgresql-client-9.6", "postgresql-client-15"),
        ("libpq-devel", "libpq-dev"),
        ("python3.6", None),
        ("mongodb", None),
        ("libx264-155", None),
    ],
)
def test_a_name_of_old_has_the_name_that_the_index_says(old: str, new: str | None) -> None:
    assert today(old, debian("libx265-199")) == new


def test_a_name_that_one_package_provides_is_that_package() -> None:
    system = FakeSystem({"modern": ()}, provides={"ancient": (), "modern": ("ancient",)})
    assert today("ancient", system) == "modern"


def test_a_name_that_only_changed_its_end_is_found() -> None:
    assert today("libglib2.0-0", debian("libglib2.0-0t64")) == "libglib2.0-0t64"


def test_files_are_found_in_the_package_that_programs_find_them_in() -> None:
    system = debian()
    assert for_header("ffi.h", system) == ("libffi-dev",)
    assert for_header("libpq-fe.h", system) == ("libpq-dev",)
    assert for_header("snappy-c.h", system) == ("libsnappy-dev",)
    assert for_header("snap.h", system) == ("libmine-dev",)
    assert for_header("nothing.h", system) == ()
    assert for_library("libffi.so.8", system) == ("libffi8",)
    assert for_library("libffi.so.7", system) == ()
    assert for_linking("png", system) == ("libpng-dev",)
    assert for_pkg_config("libwebp", system) == ("libwebp-dev",)


class SilentRegistry(FakeBases):
    """Has what the engine has; of everything else nobody says anything."""

    def has_image(self, image: str) -> bool:
        if image in self.systems:
            return True
        raise TransientError(f"the registry does not answer for {image}")


BASES = {
    "the tag": ("FROM python:3.11.4-slim-bookworm\n", "FROM python:3.13-slim-bookworm\n"),
    "an argument": (
        "ARG U=3.11\nARG V=3.11\nARG W=3.11\nFROM python:${V}-slim AS x\n",
        "ARG U=3.11\nARG V=3.13\nARG W=3.11\nFROM python:${V}-slim AS x\n",
    ),
    "an argument that is the image": (
        "ARG I=python:3.11\nFROM $I\n",
        "ARG I=python:3.13\nFROM $I\n",
    ),
}


@pytest.mark.parametrize("case", BASES)
def test_another_python_is_begun_with_where_the_tag_is_written(case: str) -> None:
    before, after = BASES[case]
    log = "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12,<4'\n"
    images = ("python:3.13", "python:3.13-slim", "python:3.13-slim-bookworm")
    assert mended(before, log, images=images) == after


def test_an_image_that_the_engine_has_is_taken_where_the_registry_does_not_answer() -> None:
    log = "ERROR: Package 'x' requires a different Python: 3.9.2 not in '>=3.10'\n"
    there = {"python:3.11-slim": debian()}
    asked = request(log, {"Dockerfile": "FROM python:3.9-slim\n"})

    found = Rules(FakeIndexes(bases=SilentRegistry(there))).propose(asked)

    assert found is not None
    assert found.edits[0].after == "FROM python:3.11-slim\n"
    with pytest.raises(TransientError):
        Rules(FakeIndexes(bases=SilentRegistry({}))).propose(asked)


@pytest.mark.parametrize(
    "text", ["FROM python\n", "FROM a\n", "FROM python:3.11@sha256:00\n", "FROM python:3.14\n"]
)
def test_no_other_python_is_begun_with_that_there_is_not_or_that_nobody_named(text: str) -> None:
    log = "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12,<3.14'\n"
    assert mended(text, log, images=("python:3.14", "python:3.15")) is None


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [(">=20.9.0", "20"), ("^18.17 || >=22", "22"), ("20.x", "20"), (">= 21", "22"), ("<18", "")],
)
def test_another_node_is_begun_with_that_a_package_accepts(wanted: str, tag: str) -> None:
    engine = 'error next@16.0.0: The engine "node" is incompatible with this module. '
    log = f'{engine}Expected version "{wanted}". Got "16.1.0"\n'
    images = ("node:20-slim", "node:22-slim")
    after = f"FROM node:{tag}-slim\n" if tag else None
    assert mended("FROM node:16-slim\n", log, images=images) == after


def test_a_suite_that_is_gone_gives_way_to_the_next_that_is_served() -> None:
    log = (
        "E: The repository 'http://x.test/debian stretch Release' does not have a Release file.\n"
    )
    text = "FROM debian:stretch-slim\nRUN apt-get update\n"
    for buster in (FakeSystem(), None):  # its index has nothing any more, or cannot be asked
        known = {"debian:buster-slim": buster, "debian:bullseye-slim": debian()}
        known["debian:stretch-slim"] = FakeSystem()
        indexes = FakeIndexes(bases=FakeBases(known))
        proposal = Rules(indexes).propose(request(log, {"Dockerfile": text}))
        assert proposal is not None
        assert proposal.edits[0].after == text.replace("stretch", "bullseye")
    assert mended(text, log) == text.replace("stretch", "bullseye")


def test_certificates_are_installed_only_where_there_are_none() -> None:
    log = "fatal: server certificate verification failed. CAfile: none CRLfile: none\n"
    run = RUN.format("ca-certificates") + LISTS
    assert mended("FROM a\nCOPY x x\n", log) == f"FROM a\n{run}\nCOPY x x\n"
    system = debian(installed=frozenset({"ca-certificates"}))
    assert mended("FROM a\nCOPY x x\n", log, system=system) is None


@pytest.mark.parametrize(
    ("line", "cause", "subject"),
    [
        ("env: \u2018node\u2019: No such file or directory", "command", "node"),
        ("bash: line 1: npm: command not found", "command", "npm"),
        ("gyp ERR! stack Error: not found: make", "command", "make"),
        ("npm ERR! Error: spawn git ENOENT", "command", "git"),
        ("error: linker `cc` not found", "command", "cc"),
        ("configure: error: no acceptable C compiler found in $PATH", "command", "gcc"),
        (
            "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
            "command",
            "gcc",
        ),
        ("OSError: mysql_config not found", "command", "mysql_config"),
        ("/bin/sh: 1: ./run.sh: not found", None, None),
        ("checking for IPv6 socket IOCTLs...not found.", None, None),
        ("/usr/bin/ld: cannot find -lpq: No such file or directory", "link-library", "pq"),
        (
            "error while loading shared libraries: libpng16.so.16: cannot open shared object file",
            "library",
            "libpng16.so.16",
        ),
        ("x.c:1:10: fatal error: 'openssl/ssl.h' file not found", "header", "openssl/ssl.h"),
        ("No package 'libwebp' found", "pkg-config", "libwebp"),
        ("ModuleNotFoundError: No module named 'tomllib'", "python-version", ">=3.11"),
        (
            'You are using Node.js 18.1. For Next.js, Node.js version ">=20.9.0" is required.',
            "node-version",
            ">=20.9.0",
        ),
        ('npm error notsup Required: {"node":">=99"}', "node-version", ">=99"),
        ("    required: { node: '>=20' },", "node-version", ">=20"),
        (
            "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
            "python-two",
            "Missing parentheses in call to 'print'",
        ),
        (
            "E: Failed to fetch http://x.test/debian/dists/buster/main/Packages  404  Not Found",
            "apt-suite",
            "buster",
        ),
    ],
)
def test_a_line_means(line: str, cause: str | None, subject: str | None) -> None:
    found = diagnose(f"before\n{line}\nafter\n")
    first = (found[0].cause, found[0].subject) if found else (None, None)
    assert first == (cause, subject)


TEXTS = st.lists(
    st.sampled_from(
        [
            "FROM a AS b",
            "FROM b",
            "FROM python:3.11",
            "RUN git x",
            "RUN apt-get install -y zip \\",
            "  netcat",
            "RUN apt-get install -y netcat curl",
            "RUN <<EOF",
            "EOF",
            "COPY . .",
            "USER app",
            "USER root",
            "# note",
            "",
            "ARG V=3.11\r",
        ]
    )
).map("\n".join)
ERRORS = st.sampled_from(
    [
        failed("git x", NO_GIT),
        NO_GL,
        "E: Package 'netcat' has no installation candidate\n",
        "E: Unable to locate package curl\n",
        "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12'\n",
    ]
)


@given(TEXTS, ERRORS)
def test_an_edit_only_puts_something_in_or_replaces_one_word(text: str, log: str) -> None:
    after = mended(text, log, images=("python:3.12",))
    if after is not None:
        undone = after.replace("netcat-openbsd", "netcat").replace("python:3.12", "python:3.11")
        same = _common(text, undone)
        back = _common(text[same:][::-1], undone[same:][::-1])
        assert same + back == len(text)
        assert after != text


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
