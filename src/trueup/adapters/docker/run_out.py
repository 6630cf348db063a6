"""Find in the words of a failed program that something has run out. That passes.

Pure: knows neither the program nor what it was for.
"""

import re

# What the engine and its tools say of themselves.
SHORT = re.compile(
    r"no space left on device|disk quota exceeded|too many open files|cannot allocate memory"
    r"|read-only file system|resource temporarily unavailable",
    re.IGNORECASE,
)
# A user's command in a build says the rest of these for reasons of its own.
OWN_SHORT = re.compile(
    r"no space left on device|disk quota exceeded|enough free (disk )?space"
    r"|cannot allocate memory|killed signal terminated program",
    re.IGNORECASE,
)
# By SIGKILL; nobody but the kernel, short of memory, does that to a build. Only the last words
# count, for a command may go on after a child of its own was killed.
KILLED = re.compile(r"did not complete successfully: exit code: 137\b")
COUNTED = re.compile(r"^#\d+ [\d.]+ ")  # before each line of a build's log
# Where a build repeats the command, whose text says nothing of what happened.
ECHO = re.compile(r'^#\d+ \[.*|^ ?> \[.*|^ +\d+ \| .*|process ".*" did not')


def run_out(why: str) -> str:
    """Return what a tool says has run out; empty for nothing."""
    found = SHORT.search(why)
    return found[0] if found else ""


def run_out_in_build(why: str, log: str) -> tuple[str, str]:
    """Return what has run out for a command of a build, and the line that says so.

    `why` is how the build ended, `log` all that it printed. Both are empty for nothing.
    """
    if KILLED.search(why):
        return "memory: the kernel killed it", ""
    for line in log.splitlines():
        spoken = COUNTED.sub("", ECHO.sub("", line)).strip()
        if found := OWN_SHORT.search(spoken):
            return found[0], spoken
    return "", ""
