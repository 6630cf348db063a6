"""The text of a status commit. Pure."""

from collections.abc import Sequence

from trueup.report.records import summary_of

SUBJECT = 72


def commit_message(summaries: Sequence[str]) -> str:
    """Return the message for one commit of many status changes."""
    said = [summary_of(line) for line in summaries]
    if not said:
        return "Update status\n"
    first = said[0] if len(said) == 1 else f"{len(said)} statuses changed"
    subject = first if len(first) <= SUBJECT else first[: SUBJECT - 1] + "…"
    body = "\n".join(f"- {line}" for line in said)
    return f"{subject}\n\n{body}\n"
