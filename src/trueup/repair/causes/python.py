"""What Python and its installers write when something is wrong."""

import re

from trueup.repair.cause import Cause

MODULE = r"(?P<subject>[A-Za-z_][\w.]{0,200})"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}"
DEMAND = rf"(?P<subject>{NAME}(?:\[[^\]]{{0,100}}\])?[^\s(;,]{{0,100}})"
FOREIGN = r"\((?:[^)]{0,300}/)?(?:site|dist)-packages/"
INSTALLER = r"\b(?:pip[\d.]*|poetry|uv|pipenv|pdm|setup\.py)\b"
OWN_PROGRAM = re.compile(rf"^(?!.*{INSTALLER})")
"""Not in an installer, whose builds of wheels see other modules than the program does."""

CAUSES = (
    Cause(
        "python-module",
        "No module named",
        re.compile(rf"(?:ModuleNotFoundError|ImportError): No module named ['\"]?{MODULE}"),
        "The Python module {subject} is not installed.",
        0.95,
        stage=OWN_PROGRAM,
    ),
    Cause(
        "python-module",
        "No module named",
        re.compile(rf"python[\d.]{{0,8}}: No module named ['\"]?{MODULE}"),
        "The Python module {subject} is not installed.",
        0.95,
        stage=OWN_PROGRAM,
    ),
    Cause(
        "python-module",
        "Could not import module",
        re.compile(rf"Error loading ASGI app\. Could not import module \"{MODULE}\""),
        "The program that is to be started, the Python module {subject}, is not there.",
        0.9,
        stage=OWN_PROGRAM,
    ),
    Cause(
        "python-api",
        "cannot import name",
        re.compile(rf"cannot import name '(?P<what>\w{{1,200}})' from '{MODULE}' {FOREIGN}"),
        "The installed version of {subject} has no {what}.",
        0.8,
        stage=OWN_PROGRAM,
    ),
    Cause(
        "python-api",
        "has no attribute",
        re.compile(rf"AttributeError: module '{MODULE}' has no attribute '(?P<what>\w{{1,200}})'"),
        "The installed version of {subject} has no {what}.",
        0.6,
        stage=OWN_PROGRAM,
    ),
    Cause(
        "python-pin",
        "Could not find a version that satisfies",
        re.compile(rf"that satisfies the requirement {DEMAND}.{{0,400}}\(from versions: (?!none)"),
        "The index has no version of a package that is {subject}.",
        0.92,
    ),
    Cause(
        "python-pin",
        "Could not find a version that satisfies",
        # Without any version it may as well be that no index answered, which other lines say.
        re.compile(rf"that satisfies the requirement {DEMAND}.{{0,400}}\(from versions: none"),
        "The index has nothing for {subject}.",
        0.68,
    ),
    Cause(
        "python-pin",
        "Could not find a version that satisfies",
        # So says pip 20.3, which never names the versions.
        re.compile(rf"that satisfies the requirement {DEMAND}(?: \(from [^()]{{1,200}}\))?$"),
        "The index has no version of a package that is {subject}, for this Python at least.",
        0.68,
    ),
    Cause(
        "python-pin",
        "which doesn't match any versions",
        re.compile(
            rf"depends on (?P<name>{NAME}) \((?P<subject>[^)]{{1,100}})\) which doesn't match any"
        ),
        "The index has no version {subject} of {name}.",
        0.9,
    ),
    Cause(
        "python-pin",
        "Because there is no version of",
        re.compile(rf"Because there is no version of {DEMAND}"),
        "The index has no version of a package that is {subject}.",
        0.9,
    ),
    Cause(
        "python-pin",
        "was not found in the package registry",
        re.compile(rf"Because {DEMAND} was not found in the package registry"),
        "The index has no package {subject}.",
        0.9,
    ),
    Cause(
        "python-conflict",
        "have conflicting dependencies",
        re.compile(r"Cannot install (?P<subject>.{1,300}) because these package versions"),
        "No versions satisfy everything that {subject} ask for.",
        0.9,
    ),
    Cause(
        "python-hash",
        " from http",
        re.compile(
            rf"^ {{1,8}}(?P<subject>{NAME}==[^\s]{{1,100}}) from http\S{{1,500}} "
            r"\(from .{1,200}\):$"
        ),
        "What the index has of {subject} has another hash than the requirements say.",
        0.9,
    ),
    Cause(
        "python-unhashed",
        "In --require-hashes mode",
        re.compile(r"In --require-hashes mode, all requirements must have"),
        "The requirements have hashes for some packages only.",
        0.9,
    ),
    Cause(
        "python-requirements-file",
        "Could not open requirements file",
        re.compile(r"Could not open requirements file: .{0,100}: ['\"](?P<subject>[^'\"]{1,300})"),
        "There is no requirements file {subject} in the image.",
        0.95,
    ),
    Cause(
        "python-managed",
        "externally-managed-environment",
        re.compile(r"(?:error: ?|^\S )(?P<subject>externally-managed-environment)"),
        "The distribution keeps pip from installing beside its own packages.",
        0.93,
    ),
    Cause(
        "python-lock",
        "poetry.lock",
        re.compile(
            r"pyproject\.toml changed significantly since (?P<subject>poetry\.lock)"
            r"|(?:Error: )?(?P<also>poetry\.lock) is not up to date with pyproject\.toml"
        ),
        "poetry.lock is out of step with pyproject.toml; poetry lock makes it anew.",
        0.95,
    ),
    Cause(
        "python-lock",
        "uv.lock",
        re.compile(r"The lockfile at [`'](?P<subject>uv\.lock)[`'] needs to be updated"),
        "uv.lock is out of step with pyproject.toml; uv lock makes it anew.",
        0.95,
    ),
    Cause(
        "python-lock",
        "Pipfile.lock",
        re.compile(r"Your (?P<subject>Pipfile\.lock) \(\w{1,64}\) is out of date"),
        "Pipfile.lock is out of step with Pipfile; pipenv lock makes it anew.",
        0.95,
    ),
)
