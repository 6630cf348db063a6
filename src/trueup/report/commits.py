"""The text of a status commit. Pure."""

from collections.abc import Sequence

from trueup.report.records import summary_of

SUBJECT = 72
MOST = 50  # statuses that one message names


def commit_message(summaries: Sequence[str]) -> str:
    """Return the message for one commit of many status changes."""
    said = [summary_of(line) for line in summaries[:MOST]]
    if not said:
        return "Update status\n"
    first = said[0] if len(summaries) == 1 else f"{len(summaries)} statuses changed"
    subject = first if len(first) <= SUBJECT else first[: SUBJECT - 1] + "…"
    said += [f"and {len(summaries) - MOST} more"] if len(summaries) > MOST else []
    body = "\n".join(f"- {line}" for line in said)
    return f"{subject}\n\n{body}\n"
