"""The text of a status commit. Pure."""

from collections.abc import Sequence

SUBJECT = 72


def commit_message(summaries: Sequence[str]) -> str:
    """Return the message for one commit of many status changes."""
    if not summaries:
        return "Update status\n"
    first = summaries[0] if len(summaries) == 1 else f"{len(summaries)} statuses changed"
    subject = first if len(first) <= SUBJECT else first[: SUBJECT - 1] + "…"
    body = "\n".join(f"- {line}" for line in summaries)
    return f"{subject}\n\n{body}\n"
