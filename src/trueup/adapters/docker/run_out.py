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
# By SIGKILL: by the kernel, short of memory, or by itself. Only the last words count, for a
# command may go on after a child of its own was killed.
KILLED = re.compile(r"did not complete successfully: exit code: 137\b")
COUNTED = re.compile(r"^#\d+ [\d.]+ ")  # before each line of a build's log
# Where a build repeats the command, whose text says nothing of what happened.
ECHO = re.compile(r'^#\d+ \[.*|^ ?> \[.*|^ +\d+ \| .*|process ".*" did not')


def killed_in_build(why: str) -> bool:
    """Whether a command of a build was killed. It says nothing of why, so it may not pass."""
    return KILLED.search(why) is not None


def run_out_in_build(log: str) -> tuple[str, str]:
    """Return what has run out for a command of a build, and the line that says so.

    `log` is all that the build printed. Both are empty for nothing.
    """
    for line in log.splitlines():
        spoken = COUNTED.sub("", ECHO.sub("", line)).strip()
        if found := SHORT.search(spoken):
            return found[0], spoken
    return "", ""
