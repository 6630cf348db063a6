"""Compose files written to do harm: what they ask compose for, it does not get."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.docker.models import Models
from trueup.adapters.docker.resolver import Resolver
from trueup.kinds.stack.reach import Ground, NotAllowedError, permit
from trueup.model.allowance import Allowance, Allowances
from trueup.model.errors import SpecError, TrueupError
from trueup.model.ports import Project

pytestmark = pytest.mark.engine
SIMPLE = "services: {web: {image: x}}\n"
CANARY = "canary-5f3a"
MINUTE = 60.0


class Source:
    """A source's tree with one compose project in it, and a file outside that it may not see."""

    def __init__(self, folder: Path) -> None:
        self.root, self.place = folder / "source", folder / "source" / "web"
        self.place.mkdir(parents=True)
        self.secret = folder / "secret.env"
        self.secret.write_text(f"TOKEN={CANARY}\n")
        self.resolver = Resolver(DockerCli(find_endpoint("")), Models(folder / "models"))
        self.write("compose.yaml", SIMPLE)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def resolve(self, *files: str, **said: Any) -> Any:
        """Resolve the project with `files` of this machine allowed, in bounded time."""
        rule = Allowance(grants={"files": files})
        ground = Ground(str(self.root), "web", os.path.realpath, Allowances((rule,)))
        begun = time.monotonic()
        try:
            return self.resolver.resolve(
                Project("web", str(self.place), **said), permit(ground, "apps", "web")
            )
        finally:
            assert time.monotonic() - begun < MINUTE


def in_words(attack: Callable[..., None]) -> str:
    return attack.__name__.replace("_", " ")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


def linked_env(source: Source) -> None:
    (source.place / ".env").symlink_to(source.secret)
    source.write("compose.yaml", "services: {web: {image: x, environment: ['A=${TOKEN}']}}")


def env_file(source: Source) -> None:
    source.write("compose.yaml", f"services: {{web: {{image: x, env_file: {source.secret}}}}}")


def env_file_by_variable(source: Source) -> None:
    source.write(".env", "UP=../..\n")
    text = "services: {web: {image: x, env_file: '${UP}/secret.env'}}"
    source.write("compose.yaml", text)


def env_file_through_a_link(source: Source) -> None:
    (source.place / "out").symlink_to(source.secret.parent)
    source.write("compose.yaml", "services: {web: {image: x, env_file: out/secret.env}}")


def extends_elsewhere(source: Source) -> None:
    (source.secret.parent / "other.yaml").write_text(SIMPLE)
    text = "services: {web: {extends: {file: ../../other.yaml, service: web}}}"
    source.write("compose.yaml", text)


def include_elsewhere(source: Source) -> None:
    (source.secret.parent / "other.yaml").write_text(SIMPLE)
    source.write("compose.yaml", "include: [{path: ../../other.yaml}]\nservices: {}")


def include_by_variable(source: Source) -> None:
    (source.secret.parent / "other.yaml").write_text(SIMPLE)
    source.write(".env", "UP=../..\n")
    source.write("compose.yaml", "include: ['${UP}/other.yaml']")


def include_with_its_own_env(source: Source) -> None:
    source.write("more.yaml", "services: {web: {image: x, environment: ['A=${TOKEN}']}}")
    text = f"include: [{{path: more.yaml, env_file: {source.secret}}}]\nservices: {{}}"
    source.write("compose.yaml", text)


def named_by_the_environment(source: Source) -> None:
    (source.secret.parent / "other.yaml").write_text(SIMPLE)
    source.write(".env", "COMPOSE_FILE=../../other.yaml\n")


def hidden_behind_a_merge(source: Source) -> None:
    text = f"x-a: &a {{env_file: {source.secret}}}\nservices: {{web: {{image: x, <<: *a}}}}"
    source.write("compose.yaml", text)


def hidden_in_another_document(source: Source) -> None:
    text = f"services: {{web: {{image: x, env_file: {source.secret}}}}}"
    source.write("compose.yaml", f"{SIMPLE}---\n{text}")


OUTSIDE = [
    linked_env,
    env_file,
    env_file_by_variable,
    env_file_through_a_link,
    extends_elsewhere,
    include_elsewhere,
    include_by_variable,
    include_with_its_own_env,
    named_by_the_environment,
    hidden_behind_a_merge,
    hidden_in_another_document,
]


@pytest.mark.parametrize("attack", OUTSIDE, ids=in_words)
def test_a_file_outside_is_not_read_unless_it_is_allowed(
    source: Source, attack: Callable[[Source], None]
) -> None:
    attack(source)

    with pytest.raises(NotAllowedError) as refused:
        source.resolve()

    assert CANARY not in str(refused.value)
    assert str(source.secret.parent) in " ".join(refused.value.violations)
    assert source.resolve(str(source.secret.parent))["services"]["web"]["image"] == "x"


@pytest.mark.parametrize(
    "name",
    [
        "oci://registry.example.org/x:1",
        "https://git.example.org/x.git",
        "git@git.example.org:x.git",
        "github.com/x/y",
    ],
)
@pytest.mark.parametrize(
    "how", ["include: ['{}']", "services: {{a: {{extends: {{file: '{}'}}}}}}"]
)
def test_nothing_is_included_from_the_network(source: Source, name: str, how: str) -> None:
    source.write("compose.yaml", how.format(name))

    with pytest.raises(NotAllowedError, match="network"):
        source.resolve("/")


def test_a_remote_that_a_variable_names_is_not_fetched_either(source: Source) -> None:
    source.write(".env", "A=https://127.0.0.1:1/\n")
    source.write("compose.yaml", "include: ['${A}x.git']")

    with pytest.raises(NotAllowedError, match="network"):
        source.resolve("/")


def test_compose_itself_would_not_fetch_anything(source: Source) -> None:
    source.write("compose.yaml", "include: ['https://127.0.0.1:1/x.git']")

    with pytest.raises(SpecError, match="disabled"):
        source.resolver.resolve(Project("web", str(source.place)), lambda _: None)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def plug(path: Path) -> None:
    there = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{there}/{path.name}")
    os.close(there)


def huge(path: Path) -> None:
    with path.open("w") as file:
        file.write("services: {}\n#")
        file.truncate(100 << 20)


@pytest.mark.parametrize("make", [pipe, device, plug, huge], ids=in_words)
@pytest.mark.parametrize("name", [".env", "compose.yaml", "x.env", "more.yaml"])
def test_what_is_no_file_to_be_read_is_refused_at_once(
    source: Source, name: str, make: Callable[[Path], None]
) -> None:
    text = "include: [more.yaml]\nservices: {web: {image: x, env_file: x.env}}"
    source.write("compose.yaml", text)
    (source.place / name).unlink(missing_ok=True)
    make(source.place / name)

    begun = time.monotonic()
    with pytest.raises(TrueupError):
        source.resolve("/")
    assert time.monotonic() - begun < 10


def test_compose_files_see_nothing_of_our_own_environment(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("HTTPS_PROXY", "DOCKER_HOST", "SSH_AUTH_SOCK", "GIT_TOKEN", "BUILDX_BUILDER")
    for name in names:
        monkeypatch.setenv(name, CANARY)
    uses = "".join(f", '{name}=${{{name}:-}}', {name}" for name in names)
    source.write(
        "compose.yaml",
        f"services: {{web: {{image: 'x', environment: [A=1{uses}]}}}}\n"
        "secrets: {s: {environment: GIT_TOKEN}}",
    )

    assert CANARY not in repr(source.resolve())


def test_a_decoy_in_the_environment_file_does_not_hide_the_file_that_is_read(
    source: Source,
) -> None:
    (source.secret.parent / "other.yaml").write_text(
        f"services: {{web: {{image: x, env_file: {source.secret}}}}}"
    )
    source.write(".env", 'COMPOSE_FILE=../../other.yaml\nA="\nCOMPOSE_FILE=compose.yaml\n"\n')

    try:
        found = source.resolve()
    except NotAllowedError:
        return
    assert CANARY not in repr(found)


def doubled(source: Source) -> None:
    lines = ["A0=" + "x" * 1000, *(f"A{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 40))]
    source.write(".env", "\n".join(lines))


def aliases(source: Source) -> None:
    lines = ["x-0: &a0 [" + ", ".join(["y"] * 10) + "]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    source.write("compose.yaml", "\n".join([*lines, SIMPLE]))


def nested(source: Source) -> None:
    source.write("compose.yaml", "x-a: " + "[" * 50_000 + "]" * 50_000 + "\n" + SIMPLE)


def nested_but_not_too_deep(source: Source) -> None:
    source.write("compose.yaml", "x-a: " + "[" * 900 + "]" * 900 + "\n" + SIMPLE)


def included_in_itself(source: Source) -> None:
    source.write("compose.yaml", "include: [compose.yaml]\n" + SIMPLE)


def extended_by_itself(source: Source) -> None:
    text = "services: {a: {extends: {service: b}}, b: {extends: {service: a}}}"
    source.write("compose.yaml", text)


def waiting_for_each_other(source: Source) -> None:
    text = "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}"
    source.write("compose.yaml", text)


def nothing_readable(source: Source) -> None:
    source.write("compose.yaml", bytes(range(256)) * 40)


def zeros(source: Source) -> None:
    source.write("compose.yaml", b"services:\0 {}")


def tabs(source: Source) -> None:
    source.write("compose.yaml", "services:\n\tweb:\n\t\timage: x\n")


def twice(source: Source) -> None:
    source.write("compose.yaml", SIMPLE + SIMPLE)


def named_like_options(source: Source) -> None:
    source.write("compose.yaml", "services: {'--help': {image: '-v'}}")


def a_list(source: Source) -> None:
    source.write("compose.yaml", "[1, 2]")


def services_of_a_list(source: Source) -> None:
    source.write("compose.yaml", "services: [1, {include: {a: [b]}}]\ninclude: {1: 2}")


def an_anchor_in_itself(source: Source) -> None:
    source.write("compose.yaml", "x-a: &a [*a]\n" + SIMPLE)


def a_chain_of_extends(source: Source) -> None:
    for n in range(1200):
        text = f"services: {{web: {{extends: {{file: f{n + 1}.yaml, service: web}}}}}}"
        source.write(f"f{n}.yaml", text)
    source.write("compose.yaml", "include: [f0.yaml]")


BROKEN = [
    doubled,
    aliases,
    nested,
    nested_but_not_too_deep,
    included_in_itself,
    extended_by_itself,
    waiting_for_each_other,
    nothing_readable,
    zeros,
    tabs,
    twice,
    named_like_options,
    a_list,
    services_of_a_list,
    an_anchor_in_itself,
    a_chain_of_extends,
]


@pytest.mark.parametrize("attack", BROKEN, ids=in_words)
def test_what_cannot_be_resolved_ends_soon_and_says_why(
    source: Source, attack: Callable[[Source], None]
) -> None:
    attack(source)

    told = ""
    try:
        assert source.resolve("/")["services"]
    except TrueupError as error:
        told = error.text
    assert len(told) < 5000


def test_windows_line_ends_and_a_byte_order_mark_are_no_problem(source: Source) -> None:
    source.write("compose.yaml", b"\xef\xbb\xbfservices:\r\n  web:\r\n    image: x\r\n")

    assert source.resolve()["services"]["web"]["image"] == "x"


def test_thousands_of_services_are_resolved(source: Source) -> None:
    body = "\n".join(f"  s{n}: {{image: x}}" for n in range(2_000))
    source.write("compose.yaml", f"services:\n{body}\n")

    assert len(source.resolve()["services"]) == 2_000


def test_a_file_that_turns_into_a_link_while_compose_reads_is_noticed(source: Source) -> None:
    target = source.write("x.env", "A=1")
    source.write("compose.yaml", "services: {web: {image: x, env_file: x.env}}")

    def swap(_: object) -> None:
        if not target.is_symlink():
            target.unlink()
            target.symlink_to(source.secret)

    ground = Ground(str(source.root), "web", os.path.realpath, Allowances())
    allow, asked = permit(ground, "apps", "web"), iter(range(9))

    def racing(reads: Any) -> None:
        allow(reads)
        if next(asked) == 1:
            swap(reads)

    with pytest.raises(NotAllowedError, match=r"secret\.env"):
        source.resolver.resolve(Project("web", str(source.place)), racing)


def test_what_compose_says_of_a_file_shows_nothing_of_its_content(source: Source) -> None:
    source.write("bad.env", f"A B C {CANARY}\n")
    source.write("compose.yaml", "services: {web: {image: x, env_file: bad.env}}")

    with pytest.raises(SpecError) as refused:
        source.resolve()

    assert CANARY not in str(refused.value)
