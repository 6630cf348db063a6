"""What the message of a commit says, and what it never says."""

from dataclasses import replace

from tests.adapters.yards import FIX, patch
from trueup.adapters.workshop.message import message

SECRET = "AKIA" + "ABCDEFGHIJKLMNOP"


def test_what_looks_like_a_secret_is_in_no_message_of_a_commit() -> None:
    said = replace(
        patch("base", FIX),
        subject=f"Repair api: {SECRET}",
        body=f"It reads {SECRET}.",
        trailers={"Error-Signature": SECRET},
    )

    found = message(said).decode()

    assert SECRET not in found
    assert found.count("***") == 3
