"""Hostile texts take no time: no gate looks at a letter more than a few thousand times."""

import pytest

from tests.repair.asking import DOCKERFILE, FILES, PACKAGE, judged
from trueup.model.repair import Edit

RUN = "RUN pip install -r requirements.txt\n"
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(30)]

PIECES = [
    *(
        "chmod ",
        "pip -",
        "apk ",
        "a",
        "1",
        "| ",
        "curl -",
        "x://",
        "base64 ",
        "'",
        "\\",
        "$(",
        "http://",
    ),
    *(
        "user add ",
        "sh <",
        "token",
        "-f ",
        "set -",
        "npm ",
        "${",
        "a.",
        "{",
        "[",
        "--registry ",
        "eyJ",
    ),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_line_of_one_piece_over_and_over_is_judged(piece: str) -> None:
    line = f"RUN x {piece * (15_000 // len(piece))}!\n"

    judged(Edit("api/Dockerfile", DOCKERFILE, DOCKERFILE.replace(RUN, RUN + line)))


@pytest.mark.parametrize("piece", PIECES)
def test_so_is_a_version_of_it(piece: str) -> None:
    said = (piece * (15_000 // len(piece)) + "!").replace("\\", "\\\\")

    judged(Edit("api/package.json", PACKAGE, PACKAGE.replace("1.3.0", said)))
    judged(Edit("api/requirements.txt", FILES["api/requirements.txt"], f"{said}\n"))


@pytest.mark.parametrize("piece", PIECES)
def test_so_is_a_lock_file_of_it(piece: str) -> None:
    said = (piece * (300_000 // len(piece))).replace("\\", "")

    judged(Edit("api/package-lock.json", None, f'{{"packages": "{said}"}}\n'))
    judged(Edit("api/yarn.lock", None, f"{said}\n"))


def test_more_than_a_page_of_new_text_is_too_much() -> None:
    after = DOCKERFILE.replace(RUN, f"{RUN}RUN {'x ' * 9_000}\n")

    (found,) = judged(Edit("api/Dockerfile", DOCKERFILE, after))

    assert found.says == "18004 letters are put in, and at most 16000 may be"
