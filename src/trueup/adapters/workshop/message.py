"""The message of a commit, and what the head of a commit says. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from trueup.model.redaction import mask
from trueup.model.spelled import spelled, spelled_lines
from trueup.model.workshop import Person, Publication

RUN = "Trueup-Run"
NAME = re.compile(r"[^A-Za-z0-9-]+")
SIGNATURE = re.compile(rb"^gpgsig(-sha256)? .*\n(?: .*\n)*", re.MULTILINE)
LONGEST = 300


def message(publication: Publication) -> bytes:
    """Return subject, body and trailers; no value of theirs can pass for another one."""
    said = {RUN: str(publication.run), **publication.trailers}
    trailers = "\n".join(f"{NAME.sub('-', name)}: {_line(text)}" for name, text in said.items())
    parts = (_line(publication.subject), spelled_lines(publication.body.strip()), trailers)
    return mask("\n\n".join(part for part in parts if part) + "\n").encode(errors="replace")


def identity(author: Person, committer: Person, date: datetime) -> Mapping[str, str]:
    """Return the variables by which git is told who makes a commit, and when."""
    when = f"{int(date.timestamp())} +0000"
    return {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
        "GIT_COMMITTER_DATE": when,
    }


def unsigned(commit: bytes) -> bytes:
    """Return a commit object without its signature."""
    head, blank, text = commit.partition(b"\n\n")
    return SIGNATURE.sub(b"", head + b"\n") + blank + text


def is_of(commit: bytes, committer: Person, publication: Publication) -> bool:
    """Say whether a commit object claims to be ours, made for the same Run."""
    head, _, text = commit.partition(b"\n\n")
    by = f"\ncommitter {committer.name} <{committer.email}> ".encode()
    return by in head and f"{RUN}: {publication.run}".encode() in text.splitlines()


def _line(text: str) -> str:
    return spelled(" ".join(text.split()))[:LONGEST]
