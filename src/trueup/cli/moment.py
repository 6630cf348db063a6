"""A moment as people write it: in how long, or when. Knows no clock."""

from datetime import UTC, datetime, timedelta

from trueup.model.duration import seconds
from trueup.model.errors import SpecError

FIX = "Write a length of time such as 2h, or a time such as 2030-01-31T08:00 (UTC)."


def moment(text: str, now: datetime) -> str:
    """Return a moment as UTC in ISO 8601; empty for empty. A time without a zone is UTC.

    Raises:
        SpecError: the text is no moment, or it has passed.
    """
    if not text:
        return ""
    found = _after(text, now) or _at(text)
    if found is None:
        raise SpecError(f"--until: {text!r} is not a time", "", FIX)
    if found <= now:
        raise SpecError(f"--until: {found.isoformat(timespec='seconds')} has passed", "", FIX)
    return found.isoformat(timespec="seconds")


def _after(text: str, now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        return None


def _at(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
