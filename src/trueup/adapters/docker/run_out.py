"""Find in the log of a failed build that something has run out. That passes.

Pure: knows nothing of what was built.
"""

import re

from trueup.model.shortage import PLAIN_WORDS

# A user's command says anything else that a tool may say for reasons of its own.
SHORT = re.compile(
    rf"{PLAIN_WORDS}|enough free (disk )?space|killed signal terminated program",
    re.IGNORECASE,
)
# By SIGKILL; nobody but the kernel, short of memory, does that to a build. Only the last words
# count, for a command may go on after a child of its own was killed.
KILLED = re.compile(r"did not complete successfully: exit code: 137\b")
COUNTED = re.compile(r"^#\d+ [\d.]+ ")  # before each line of a build's log
# Where a build repeats the command, whose text says nothing of what happened.
ECHO = re.compile(r'^#\d+ \[.*|^ ?> \[.*|^ +\d+ \| .*|process ".*" did not')


def run_out_in_build(why: str, log: str) -> tuple[str, str]:
    """Return what has run out for a command of a build, and the line that says so.

    `why` is how the build ended, `log` all that it printed. Both are empty for nothing.
    """
    if KILLED.search(why):
        return "memory: the kernel killed it", ""
    for line in log.splitlines():
        spoken = COUNTED.sub("", ECHO.sub("", line)).strip()
        if found := SHORT.search(spoken):
            return found[0], spoken
    return "", ""
