"""What git says of a signature, as a reason that a person understands. Pure."""

import re
from collections.abc import Sequence

GOOD = re.compile(rb'^(Good "git" signature for .* with |\[GNUPG:\] VALIDSIG )', re.MULTILINE)

SAID: Sequence[tuple[str, str]] = (
    (r"^\[GNUPG:\] BADSIG", "the GPG signature is that of another content"),
    (r"^\[GNUPG:\] REVKEYSIG (\w+)", "it is signed by the GPG key {0}, which is revoked"),
    (r"^\[GNUPG:\] EXPKEYSIG (\w+)", "it is signed by the GPG key {0}, which has expired"),
    (r"^\[GNUPG:\] EXPSIG", "its GPG signature has expired"),
    (r"^\[GNUPG:\] NO_PUBKEY (\w+)", "it is signed by the GPG key {0}, which is not allowed"),
    (r"^\[GNUPG:\] ERRSIG (\w+)", "the signature by the GPG key {0} cannot be checked"),
    (r"^error: no signature found", "it is not signed"),
    (r"incorrect signature", "the SSH signature is that of another content"),
    (r"revoked", "it is signed by an SSH key that is revoked"),
    (r"key has expired", "it is signed by an SSH key whose time in allowedSigners is over"),
    (r"key is not yet valid", "it is signed by an SSH key whose time has not come yet"),
    (
        r"not permitted for use in signature namespace",
        "its SSH key is not allowed to sign for git",
    ),
    (r"signature with (\S+ key SHA256:\S+)", "it is signed by the SSH {0}, which is not allowed"),
    (r"^\[GNUPG:\]", "its GPG signature is not valid"),
)
"""What git, gpg and ssh-keygen print, and what that means; the first that is found counts."""


def why_not(said: bytes) -> str:
    """Return why a signature does not count."""
    text = said.decode(errors="replace")
    for pattern, reason in SAID:
        if found := re.search(pattern, text, re.MULTILINE | re.IGNORECASE):
            return reason.format(*found.groups())
    lines = [line for line in text.splitlines() if line.isprintable()]
    return f"its signature cannot be checked: {lines[-1][:200]}" if lines else "it is not signed"
