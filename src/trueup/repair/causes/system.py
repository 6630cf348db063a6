"""What package managers, compilers, loaders and shells write when the system lacks something."""

import re
from collections.abc import Iterator
from dataclasses import replace

from trueup.repair.cause import Cause, Found, find
from trueup.repair.logs import LogText

PACKAGE = r"(?P<subject>[a-zA-Z0-9][\w.+-]{0,100})"
COMMAND = r"(?P<subject>[A-Za-z_][\w.+-]{0,60})"
HEADER = r"['\"<]?(?P<subject>[\w][\w./+-]{0,150}\.(?:h|hpp|hh|hxx))['\">]?"
TARGET = r"(?:[a-z0-9_]{1,20}-linux-[a-z]{1,10}-)?"  # Debian's compilers have such names too
LIBRARY = r"(?P<subject>lib[\w.+-]{1,80}\.so(?:\.\d{1,6}){0,4})"
QUOTE = r"['\"\u2018\u2019`]"


def _cause(name: str, needle: str, pattern: str, says: str, confidence: float) -> Cause:
    return Cause(name, needle, re.compile(pattern), says, confidence)


def _command(needle: str, pattern: str, confidence: float = 0.9) -> Cause:
    says = "The command {subject} is not in the image."
    return _cause("command", needle, pattern, says, confidence)


# apt writes on two outputs at once, so what stands before its message may be gone.
PACKAGES = (
    _cause(
        "apt-package",
        "Unable to locate package",
        rf"Unable to locate package {PACKAGE}",
        "apt finds no package {subject}.",
        0.96,
    ),
    _cause(
        "apt-package",
        "has no installation candidate",
        rf"Package '?{PACKAGE}'? has no installation candidate",
        "The distribution has no package {subject} any more.",
        0.96,
    ),
    _cause(
        "apt-version",
        "was not found",
        rf"Version '(?P<version>[^']{{1,100}})' for '{PACKAGE}' was not found",
        "The distribution no longer has version {version} of {subject}.",
        0.96,
    ),
    _cause(
        "apk-package",
        "(no such package)",
        rf"(?:^|\s){PACKAGE} \(no such package\)",
        "apk finds no package {subject}.",
        0.96,
    ),
    _cause(
        "apk-package",
        "(missing)",
        rf"^\s*{PACKAGE} \(missing\):",
        "apk finds no package {subject}.",
        0.96,
    ),
    _cause(
        "apk-version",
        "breaks: world[",
        rf"breaks: world\[{PACKAGE}[=<>~]+(?P<version>[^\]]{{1,100}})\]",
        "The distribution no longer has version {version} of {subject}.",
        0.96,
    ),
    _cause(
        "apt-key",
        "NO_PUBKEY",
        r"signatures couldn't be verified .{0,200}NO_PUBKEY (?P<subject>[0-9A-F]{8,40})",
        "apt does not know the key {subject} with which a repository is signed: the image, or "
        "the key that the Dockerfile fetches, is too old. Somebody who trusts the key adds it.",
        0.93,
    ),
)

FILES = (
    _cause(
        "header",
        "fatal error:",
        rf"fatal error: {HEADER}(?:: No such file or directory| file not found)",
        "The header {subject} is not in the image, so nothing that needs it can be compiled.",
        0.95,
    ),
    _cause(
        "library",
        "cannot open shared object file",
        rf"(?:^|[\s'\":(]){LIBRARY}: cannot open shared object file",
        "The library {subject} is not in the image.",
        0.95,
    ),
    _cause(
        "library",
        "Error loading shared library",
        rf"Error loading shared library {LIBRARY}: No such file",
        "The library {subject} is not in the image.",
        0.95,
    ),
    _cause(
        "link-library",
        "cannot find -l",
        r"cannot find -l(?P<subject>[A-Za-z][\w.+-]{0,60})",
        "The linker does not find the library {subject}.",
        0.93,
    ),
    _cause(
        "pkg-config",
        "No package '",
        r"No package '(?P<subject>[A-Za-z][\w.+-]{0,60})' found",
        "pkg-config does not know {subject}: its development package is missing.",
        0.9,
    ),
    _cause(
        "pkg-config",
        "was not found in the pkg-config search path",
        r"Package '?(?P<subject>[A-Za-z][\w.+-]{0,60}?)'? was not found in the pkg-config",
        "pkg-config does not know {subject}: its development package is missing.",
        0.9,
    ),
    _cause(
        "development",
        "development packages are installed",
        r"make sure the (?P<subject>[\w +-]{2,60}) development packages are installed",
        "The development packages of {subject} are missing.",
        0.95,
    ),
)

COMMANDS = (
    _command(
        ": not found",
        rf"^\s*(?:[\w./-]{{1,40}}: (?:line )?(?:\d{{1,5}}: )?)?{COMMAND}: not found$",
    ),
    _command("command not found", rf"(?:^|: ){COMMAND}: command not found$"),
    _command(
        "executable file not found",
        rf"exec: \"{COMMAND}\": executable file not found in \$PATH",
        0.95,
    ),
    _command("No such file or directory", rf"env: {QUOTE}?{COMMAND}{QUOTE}?: No such file"),
    _command("Cannot find command", rf"Cannot find command '{COMMAND}'", 0.93),
    _command("not found: ", rf"Error: not found: {COMMAND}$", 0.93),
    _command("ENOENT", rf"spawn {COMMAND} ENOENT", 0.85),
    _command(
        "No such file or directory: '", rf"Errno 2\] No such file or directory: '{COMMAND}'", 0.6
    ),
    _command(
        "failed: No such file or directory",
        rf"error: command '{TARGET}{COMMAND}' failed: No such",
        0.94,
    ),
    _command("unable to execute", rf"unable to execute '?{TARGET}{COMMAND}'?: No such file", 0.94),
    _command("linker `", rf"error: linker `{COMMAND}` not found", 0.94),
    _command("Error: ", rf"OSError: {COMMAND} not found$", 0.95),
    _command("executable not found", rf"Error: {COMMAND} executable not found", 0.95),
)

NAMED = (
    ("no acceptable C compiler found", "gcc", 0.94),
    ("Could not find any Python installation to use", "python3", 0.93),
    ("Can not find valid pkg-config name", "mysql_config", 0.95),
    ("CMake must be installed", "cmake", 0.93),
    ("No CMAKE_CXX_COMPILER could be found", "g++", 0.93),
    ("No CMAKE_C_COMPILER could be found", "gcc", 0.92),
)

UNTRUSTED = "A certificate could not be verified: the image lacks the authority that issued it."
CERTIFICATES = tuple(
    _cause("tls-certificate", needle, re.escape(needle), UNTRUSTED, 0.8)
    for needle in (
        "server certificate verification failed",
        "error setting certificate",
        "unable to get local issuer certificate",
        "x509: certificate signed by unknown authority",
        "x509: failed to load system roots",
        "certificate verification failed: The certificate is NOT trusted",
    )
)

CAUSES = (*PACKAGES, *FILES, *COMMANDS, *CERTIFICATES)


def find_named(log: LogText) -> Iterator[Found]:
    """Yield what is said of a command without its name."""
    for said, command, confidence in NAMED:
        says = f"The command {command} is not in the image."
        cause = _cause("command", said, re.escape(said), says, confidence)
        for number, diagnosis in find(log, (cause,)):
            yield Found(number, replace(diagnosis, subject=command))
