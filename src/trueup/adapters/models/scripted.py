"""Recorded answers in place of a model: for tests, and for work without any network.

An answer to a request is the file `DIGEST.md` of a folder, where the digest is of the messages
without what differs between two tellings of the same: fences, digits, digests, white space.
"""

import hashlib
import re
from pathlib import Path

from trueup.adapters.models.chat import Reply
from trueup.adapters.models.trouble import RefusedError
from trueup.model.provider import Provider, Question

DIGITS = 16
VOLATILE = re.compile(r"\b[0-9a-f]{7,64}\b|\d+(?:\.\d+)?")
LARGEST = 1024 * 1024


def digest_of(question: Question) -> str:
    """Return what is the same for the same question."""
    said = "\n".join(f"{one.role}: {one.content}" for one in question.messages)
    plain = said.replace(question.token, "") if question.token else said
    flat = " ".join(VOLATILE.sub("0", plain).split())
    return hashlib.sha256(flat.encode()).hexdigest()[:DIGITS]


def recorded(provider: Provider, question: Question) -> Reply:
    """Return the recorded answer to a question.

    Raises:
        RefusedError: there is none.
    """
    name = f"{digest_of(question)}.md"
    path = Path(provider.answers) / name
    try:
        with path.open(encoding="utf-8") as file:
            return Reply(file.read(LARGEST))
    except (OSError, UnicodeDecodeError) as error:
        why = f"its folder has no {name}"
        fix = f"Write the answer to prompt.md into {provider.answers}/{name}."
        raise RefusedError(f"{provider.name} has no answer", why, fix) from error
