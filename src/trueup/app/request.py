"""Asking for a look, and waiting for its end: by the running process, or here and now."""

import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from trueup.app.lock import holder
from trueup.app.site import Site
from trueup.app.waiting import Waiting
from trueup.kinds import FINITE
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.status import Status

Progress = Callable[[], AbstractContextManager[Callable[[str], None]]]


def ask(site: Site, key: Key, *, revert: str = "", begin: str = "") -> str:
    """Write a request that was never made before; return what is new in it.

    `revert` is the digest of the verified release to go back to, empty for what git says;
    `begin` the step that another try begins with, empty for what the document says.
    """
    token = f"{site.clock.now().isoformat(timespec='seconds')}-{secrets.token_hex(4)}"
    said = replace(site.controls.read(key), requested=token, revert=revert, begin=begin)
    site.controls.write(key, said)
    return token


def answered(
    site: Site, tokens: Mapping[Key, str], timeout: float, progress: Progress, *, offline: bool
) -> Mapping[Key, Status]:
    """Wait for the running process, or do the work where none runs.

    Args:
        site: where the requests were written.
        tokens: what is new in each request.
        timeout: seconds until it is given up.
        progress: shows how it goes.
        offline: whether a source that does not answer is read as it was last.

    Raises:
        ToolError: it was not done in time; what was begun is put down safely.
    """
    if holder(site.state):
        with progress() as tell:
            return Waiting(site, tokens, tell).until(timeout)
    _work(site, tokens, timeout, offline=offline)
    records = site.fresh_records()
    return {key: records.read(key) for key in tokens}


def _concerned(site: Site, keys: Collection[Key]) -> set[Key]:
    """Return whom work on some resources concerns: with a Run its stack."""
    specs = [one.spec for key in keys if (one := site.wishes[key]) and key.kind in FINITE]
    return {*keys, *(Key("Stack", spec.target.stack) for spec in specs if spec.target.stack)}


def _work(site: Site, keys: Collection[Key], timeout: float, *, offline: bool) -> None:
    """Do once what a running process would do, for some resources only."""
    from trueup.app.daemon import Daemon
    from trueup.app.log import LineLog

    log = LineLog(site.clock, site.settings.log)
    daemon = Daemon(site.settings, log, only=_concerned(site, keys), offline=offline)
    alarm = threading.Timer(timeout, daemon.stop)
    alarm.daemon = True
    alarm.start()
    daemon.run(once=True)
    if alarm.finished.is_set():
        raise ToolError(f"not at rest after {timeout:g}s", "", "Give it more with --timeout.")
    alarm.cancel()
