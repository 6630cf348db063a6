"""Applies the pieces of an answer to a draft, and says of each that fails what to send instead."""

import re
from typing import assert_never

from trueup.model.redaction import mask
from trueup.model.repair import Edit, Request
from trueup.repair import feedback
from trueup.repair.editable import editable
from trueup.repair.gates.places import may_edit
from trueup.repair.grammar import Block, Pieces, Whole
from trueup.repair.matching import ELISION, Miss, replaced

WHOLE_LINES = 150
LEFT_OUT = re.compile(
    r"(?:#|//)?\W*\b(?:rest|remainder|existing|other|unchanged)\b.*(?:\.\.\.|unchanged|same|here)"
    r"|\.\.\. ?(?:rest|existing|other|unchanged|same|more)\b",
    re.IGNORECASE,
)
"""How models say that they leave out part of a file."""


class Draft:
    """Files as an answer leaves them. The request's own are never touched.

    `shown` are those that the model was shown whole.
    """

    def __init__(self, request: Request, shown: frozenset[str]) -> None:
        self.request = request
        self.shown = shown
        self._texts: dict[str, str] = {}

    def text(self, path: str) -> str | None:
        """Return a file as it is by now; None if there is none."""
        return self._texts.get(path, self.request.files.text(path))

    def write(self, path: str, text: str) -> None:
        """Let a file have another text."""
        self._texts[path] = text

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Return what differs from the files of the request."""
        made = (
            Edit(path, self.request.files.text(path), text) for path, text in self._texts.items()
        )
        return tuple(edit for edit in made if edit.before != edit.after)


def apply_pieces(draft: Draft, said: Pieces, *, whole_only: bool) -> tuple[tuple[str, ...], int]:
    """Apply what fits; return what to say of the rest, and how many pieces fitted."""
    faults = [feedback.malformed(fault.line, fault.says) for fault in said.faults]
    kept = 0
    for piece in said.edits:
        if fault := _apply(draft, piece, whole_only=whole_only):
            faults.append(fault)
        else:
            kept += 1
    return tuple(dict.fromkeys(faults)), kept


def _apply(draft: Draft, piece: Block | Whole, *, whole_only: bool) -> str:
    if not may_edit(piece.path, draft.request.allowed):
        return feedback.not_allowed(piece.path, editable(draft.request))
    match piece:
        case Block():
            return _block(draft, piece)
        case Whole():
            return _whole(draft, piece, asked=whole_only)
        case _:
            assert_never(piece)


def _block(draft: Draft, block: Block) -> str:
    text = draft.text(block.path)
    if not any(line.strip() for line in block.search):
        return _create(draft, block, text)
    if text is None:
        return feedback.missing(block.path)
    result = replaced(text, block.search, block.replace)
    match result:
        case str():
            draft.write(block.path, result)
            return ""
        case Miss.ALREADY if text != draft.request.files.text(block.path):
            return ""  # sent again although it was kept
        case Miss():
            return _missed(result, block, text)
        case _:
            assert_never(result)


def _create(draft: Draft, block: Block, text: str | None) -> str:
    if text and text.strip():
        return feedback.exists(block.path)
    draft.write(block.path, "\n".join([*block.replace, ""]))
    return ""


def _missed(miss: Miss, block: Block, text: str) -> str:
    match miss:
        case Miss.NOWHERE:
            return feedback.no_match(block.path, block.search, mask(text))
        case Miss.SEVERAL:
            return feedback.several_matches(block.path, block.search)
        case Miss.ALREADY:
            return feedback.already_applied(block.path)
        case Miss.LEFT_OUT:
            return feedback.left_out(block.path)
        case _:
            assert_never(miss)


def _whole(draft: Draft, whole: Whole, *, asked: bool) -> str:
    """Take a whole file, if the model was shown all of it."""
    before = draft.request.files.text(whole.path) or ""
    unseen = bool(before) and whole.path not in draft.shown
    if unseen or (before.count("\n") > WHOLE_LINES and not asked):
        return feedback.too_long(whole.path, WHOLE_LINES)
    lines = whole.text.split("\n")
    if any(ELISION.match(line) or LEFT_OUT.search(line) for line in lines if line not in before):
        return feedback.left_out(whole.path)
    draft.write(whole.path, _ends_as(whole.text, before))
    return ""


def _ends_as(text: str, before: str) -> str:
    """Return a text with the ends of lines that the file has."""
    text = text.replace("\n", "\r\n") if before.count("\r\n") else text
    return text if before.endswith("\n") or not before else text.rstrip("\r\n")
