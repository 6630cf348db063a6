"""The JSON Schema of status files, made from the dataclasses that they are written from. Pure."""

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from trueup.model.consent import Approval, Ask
from trueup.model.plan import ServiceView
from trueup.model.release import Part, Release
from trueup.model.repair import Usage
from trueup.model.status import (
    Attempt,
    Condition,
    Entry,
    Journal,
    Quarantine,
    Revert,
    Status,
    Trial,
)
from trueup.model.work import Artifact, Stage, Tried, Work
from trueup.report.codec import camel
from trueup.report.records import VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"

WORDS: Mapping[type, Mapping[str, str]] = {
    Status: {
        "revision": "The commit, or digest of a directory's documents, that last changed what is "
        "wanted here. While the document is not valid (`problems`) it is the one that stays in "
        "force, not the newest.",
        "sync": "Whether what runs is what git says.",
        "health": "Whether what runs does its work; Unverified where nothing could tell.",
        "conditions": "Ready always; Reconciling, Stalled, Repairing (False) or SourceReady "
        "(False) where they hold.",
        "observed_digest": "The digest of everything that was wanted at the last look.",
        "attempted": "The last digest that was tried, whether or not it worked.",
        "applied": "The last release that was verified: what a rollback leads to.",
        "quarantine": "The digest that failed and is not tried again until something changes.",
        "reverted": "The earlier verified release that a person asked for by `trueup rollback`.",
        "trial": "The candidate of a Run that is, or was, tried in place of what git says.",
        "journal": "The step that is under way, on record before it started.",
        "tries": "How often this digest failed before anything was touched.",
        "heals": "How often drift was corrected since the last quiet time.",
        "next_at": "When the next try may start, in UTC; absent for now.",
        "stuck": "Why a person is needed; while it stands, this digest is left alone.",
        "handled_request": "The last requestedAt, or `trueup reconcile`, that was acted on.",
        "problems": "What is wrong with the document; its last good version stays in force.",
        "services": "How each service stands, by its name, and the reasons for that.",
        "history": "What was tried last and how it ended, the latest first, at most 10.",
        "asks": "The plan that waits for an approval, because it touches a protected service.",
        "approvals": "Who decided what about which plan, the latest last, at most 10.",
        "spec": "What must be known to remove the resource once its document is gone.",
        "work": "How far a Run has come.",
    },
    Work: {
        "spec": "The digest of what the document says; another one is a new generation.",
        "phase": "How far it is; Succeeded, Failed, RolledBack and Canceled are the end.",
        "reason": "The same in one more word, such as Published or AttemptsUsedUp.",
        "message": "The same in a sentence.",
        "request": "The last requestedAt, or `trueup retry`, that was acted on.",
        "generation": "How many different specs were begun.",
        "attempt": "The number of the attempt; it goes on counting over tries.",
        "first": "The number of the first attempt of this try: the budget counts from there.",
        "stage": "Which step is next, from 0.",
        "steps": "The steps, and what has become of each.",
        "holds": "The stack that it has to itself; absent for none.",
        "cause": "The class of the error that is being repaired.",
        "subject": "What that is about: a module, a package, a command.",
        "signature": "A digest of the error without paths, numbers and times.",
        "pattern": "A regular expression that finds the error in a log again.",
        "author": "Who proposed the patch: rule/…, model/… or diff.",
        "files": "The files that the patch edits.",
        "base": "The revision that the patch is made for.",
        "reuse": "The attempt whose patch is tried once more instead of a new one.",
        "candidate": "The digest of the stack with the patch.",
        "handed": "Whether the stack is told to run the candidate.",
        "hands": "How often it was told so.",
        "previewed": "The digest that passed its preview.",
        "commit": "The commit that was published.",
        "branch": "The branch of its own that it is on; absent for the tracked one.",
        "waits": "How often in a row the same act failed for a reason that passes.",
        "next_at": "When it may be tried again, in UTC; absent for now.",
        "failed": "Why it is being given up, while what was done is taken back.",
        "fault": "The same in one word.",
        "touched": "Whether anything that runs was changed.",
        "usage": "What asking models has used in all.",
        "tries": "The attempts that failed, the latest last, at most 10.",
        "answers": "What models answered, by name, as JSON.",
        "artifacts": "The files beside this one, in the folder of its name.",
        "started_at": "When this try began, in UTC.",
        "ended_at": "When it ended, in UTC.",
    },
    Stage: {
        "step": "The type of the step.",
        "state": "Pending, Running, Succeeded, Failed or Skipped.",
        "message": "What has become of it, in a sentence.",
        "started_at": "When it began, in UTC.",
        "ended_at": "When it ended, in UTC.",
    },
    Tried: {
        "number": "The number of the attempt.",
        "author": "Who proposed the patch.",
        "step": "The step that failed.",
        "error": "The error that it ended with.",
        "at": "When that was, in UTC.",
        "diff": "The patch, or its beginning.",
        "signature": "The signature of the error that it was for.",
    },
    Artifact: {
        "name": "The name of the file.",
        "size": "How long it is, in bytes.",
        "sha256": "Its SHA-256, in hexadecimal.",
    },
    Usage: {
        "calls": "How many requests were sent.",
        "sent": "How many tokens were sent.",
        "received": "How many tokens were received.",
        "cost": "What that costs in US dollars, by the prices in trueup.yaml.",
        "seconds": "How long was waited for answers.",
    },
    Ask: {
        "plan": "The digest of the plan: what an approval names.",
        "services": "The protected services that it touches.",
        "text": "The plan as people read it.",
    },
    Approval: {
        "subject": "What the plan is for, such as Stack/shop.",
        "plan": "The digest of the plan; nothing else is decided about.",
        "decision": "Approved or Rejected.",
        "by": "Who decided, as far as it is known.",
        "at": "When it was said, in UTC; absent where only a file says so.",
        "via": "How it was said, such as by the command line or in a committed file.",
        "expires": "Until when it counts, in UTC; absent for as long as the plan is the same.",
        "used": "Since when it counts no more, in UTC: a plan that is carried out uses it up.",
    },
    Condition: {
        "type": "Ready, Reconciling, Stalled, or SourceReady where its source is in trouble.",
        "status": "True, False or Unknown.",
        "reason": "The reason in one word, such as Verified or RolledBack.",
        "message": "The reason in a sentence.",
        "since": "Since when status and reason are what they are, in UTC.",
    },
    Attempt: {
        "revision": "The commit that was tried.",
        "digest": "The digest of its inputs.",
        "at": "When that began, in UTC.",
    },
    Quarantine: {
        "revision": "The commit that failed.",
        "digest": "The digest of its inputs.",
        "reason": "What failed.",
        "at": "When that was, in UTC.",
        "images": "The image ids that failed by service: another image is a new try.",
    },
    Revert: {
        "revision": "The commit that was gone back to.",
        "digest": "The digest of its inputs.",
        "over": "What git said at the time; it counts until git says something else.",
    },
    Trial: {
        "run": "The Run whose candidate it is.",
        "attempt": "Which attempt of the Run.",
        "digest": "The digest of the candidate's inputs, once it was tried.",
        "result": "How it ended, such as Applied or RolledBack; absent while it is under way.",
        "message": "Why it ended so.",
        "at": "When it began, or ended, in UTC.",
        "before": "The release that was applied when the trial began.",
        "parked": "The quarantine of before, which counts again once the trial is over.",
        "reverted": "The earlier release that a person had asked for; likewise.",
        "stuck": "Why a person was needed before; likewise.",
    },
    Journal: {
        "revision": "The commit that is being carried out.",
        "digest": "The digest of its inputs.",
        "number": "The number of the step, from 1.",
        "of": "How many steps there are.",
        "step": "The step as the plan says it.",
        "at": "When it began, in UTC.",
        "phase": "Whether it leads forward (apply) or back (rollback).",
    },
    Entry: {
        "revision": "The commit that was tried.",
        "digest": "The digest of its inputs.",
        "result": "How it ended, such as Applied, Healed, Failed or RolledBack.",
        "message": "Why it ended so.",
        "at": "When it ended, in UTC.",
        "seconds": "How long it took.",
        "step": "The type of the step that failed for good, such as build or verify.",
        "service": "The service that it failed for.",
    },
    Release: {
        "revision": "The commit that was verified.",
        "digest": "The digest of its inputs.",
        "file": "The compose file that brings it back, relative to the state directory.",
        "parts": "Its services by name.",
        "verified_at": "When it was verified, in UTC.",
    },
    Part: {
        "digest": "The digest of every input whose change recreates the container.",
        "image": "The image as it was named.",
        "image_id": "The id of the image that was verified.",
        "components": "The digest of every single input, so that a change can be named.",
        "adopted": "The ids of containers that were taken over as they ran, without our labels.",
    },
    ServiceView: {
        "state": "What its containers do: running, exited, paused, missing, extra, and so on.",
        "health": "Whether it does its work.",
        "image": "The image that it should run.",
        "digest": "The digest of the inputs that it should have.",
        "reasons": "Why something is, or is not, to be done about it.",
    },
}
"""What every field says, in a sentence."""

ALWAYS: Mapping[type, Sequence[str]] = {
    Status: ("sync", "health"),
    Condition: ("type", "status"),
    ServiceView: ("state", "health"),
    Work: ("spec", "phase"),
    Stage: ("step", "state"),
    Artifact: ("name", "sha256"),
}
"""The fields that are never empty, and so never left out."""


def status_schema(kinds: Sequence[str]) -> dict[str, Any]:
    """Return the schema of the status files of some kinds."""
    fields_ = {
        "summary": {"type": "string", "description": "How things stand, in one line."},
        "apiVersion": {"const": VERSION, "description": "The version of this format."},
        "kind": {
            "enum": [*kinds, "Source"],
            "description": "The kind of the resource; Source for a source that was in trouble.",
        },
        "metadata": _closed("Which resource this is about.", {"name": _name()}, ["name"]),
        "status": {"$ref": "#/$defs/Status"},
    }
    about = "What Trueup answers about one resource. Written by Trueup, never by hand."
    envelope = _closed(about, fields_, list(fields_))
    definitions = {one.__name__: _definition(one) for one in WORDS}
    return {"$schema": DIALECT, "title": "Status", **envelope, "$defs": definitions}


def _name() -> dict[str, Any]:
    return {"type": "string", "description": "The name that the resource's document gives it."}


def _definition(shape: type) -> dict[str, Any]:
    first = (shape.__doc__ or "").partition("\n")[0]
    return _closed(first, dict(_properties(shape)), [*ALWAYS.get(shape, ())])


def _properties(shape: type) -> Iterator[tuple[str, dict[str, Any]]]:
    hints = get_type_hints(shape)
    for one in fields(shape):
        if one.name != "key":
            text = WORDS[shape][one.name]
            yield camel(one.name), {**_type(hints[one.name]), "description": text}


def _type(hint: Any) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _type(next(one for one in inner if one is not type(None)))
    if origin is tuple:
        return {"type": "array", "items": _type(inner[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(inner[1])}
    if is_dataclass(hint) and isinstance(hint, type):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[hint]}


def _closed(about: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    shape = {"type": "object", "description": about, "properties": properties}
    needed = {"required": required} if required else {}
    return {**shape, **needed, "additionalProperties": False}
