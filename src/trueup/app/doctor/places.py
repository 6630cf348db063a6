"""The folders that Trueup keeps things in: rights, and what a process that died left there."""

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from trueup.adapters import machine
from trueup.app.doctor.finding import Finding, bad, doubtful, well
from trueup.app.lock import holder
from trueup.app.site import Site
from trueup.settings import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
AHEAD = timedelta(minutes=1)
GIT_LOCKS = ("*/*/*.lock", "*/*/.git/*.lock", "*/*/.git/refs/**/*.lock")


def about_places(settings: Settings) -> Iterator[Finding]:
    """Yield whether the folders can be written, and are nobody else's to read."""
    yield _writable("state directory", settings.state)
    if any(one.directory for one in settings.sources):
        yield _writable("status directory", settings.status.directory)
    if settings.state.is_dir() and settings.state.stat().st_mode & OTHERS:
        why = "it holds resolved compose files, and so the values of secrets"
        fix = f"chmod 700 {settings.state}"
        yield doubtful("privacy of the state", "others may look into it", why, fix)


def about_locks(state: Path) -> Iterator[Finding]:
    """Yield who works on the state directory, and locks that nobody holds any more."""
    if pid := holder(state):
        yield well("lock", f"process {pid} works on {state}")
        return
    left = sorted(path for pattern in GIT_LOCKS for path in state.glob(pattern))
    if not left:
        yield well("lock", f"nobody works on {state}")
    for path in left:
        why = "a git that was killed left it; the next one may refuse to work"
        yield doubtful("lock of git", str(path), why, f"Nobody works on it: rm {path}")


def about_records(site: Site, now: datetime) -> Iterator[Finding]:
    """Yield statuses that were written in what is the future now: the clock jumped back."""
    for key in site.records.known():
        times = [one.at for one in site.records.read(key).history[:1]]
        if times and datetime.fromisoformat(times[0]) > now + AHEAD:
            why = "the clock was ahead when it was written, or is behind now"
            fix = "Have the time kept right; what waits for that time waits until then."
            yield doubtful("status", f"{key} is from the future: {times[0]}", why, fix)


def _writable(name: str, path: Path) -> Finding:
    if machine.writable(path):
        return well(name, str(path))
    why = "nothing can be remembered"
    return bad(name, f"{path} cannot be written", why, "chown it to this user, or name another.")
