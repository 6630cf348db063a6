"""What Node, npm and bundlers write when something is wrong."""

import re

from trueup.repair.cause import Cause

PACKAGE = r"(?P<subject>(?:@[\w.~-]{1,100}/)?[A-Za-z0-9_][\w.~-]{0,100})(?:/[^'\"]{0,200})?"
NPM = r"npm (?:ERR!|error) "

CAUSES = (
    Cause(
        "node-module",
        "Cannot find module",
        re.compile(rf"Error: Cannot find module ['\"]{PACKAGE}['\"]"),
        "The Node package {subject} is not installed.",
        0.95,
    ),
    Cause(
        "node-module",
        "Cannot find package",
        re.compile(rf"Cannot find package ['\"]{PACKAGE}['\"] imported from"),
        "The Node package {subject} is not installed.",
        0.95,
    ),
    Cause(
        "node-module",
        "Can't resolve",
        re.compile(rf"Can't resolve ['\"]{PACKAGE}['\"] in"),
        "The Node package {subject} is not installed.",
        0.93,
    ),
    Cause(
        "node-module",
        "failed to resolve import",
        re.compile(rf"failed to resolve import ['\"]{PACKAGE}['\"]"),
        "The Node package {subject} is not installed.",
        0.93,
    ),
    Cause(
        "node-module",
        "TS2307",
        re.compile(rf"error TS2307: Cannot find module ['\"]{PACKAGE}['\"]"),
        "The Node package {subject} is not installed.",
        0.9,
    ),
    Cause(
        "node-lock",
        "in sync",
        re.compile(
            r"`npm ci` can only install packages when your (?P<subject>package\.json) and "
            r"package-lock\.json"
        ),
        "package-lock.json is out of step with {subject}.",
        0.96,
    ),
    Cause(
        "node-lock",
        "npm ci",
        re.compile(
            r"(?:The )?`npm ci` command can only install with an existing "
            r"(?P<subject>package-lock\.json)"
        ),
        "There is no {subject}, which npm ci needs.",
        0.96,
    ),
    Cause(
        "node-lock-other",
        "ERR_PNPM_OUTDATED_LOCKFILE",
        re.compile(r"(?P<subject>pnpm-lock\.yaml) is not up to date"),
        "{subject} is out of step with package.json; pnpm install makes it anew.",
        0.95,
    ),
    Cause(
        "node-lock-other",
        "lockfile needs to be updated",
        re.compile(r"Your (?P<subject>lockfile) needs to be updated"),
        "yarn.lock is out of step with package.json; yarn install makes it anew.",
        0.95,
    ),
    Cause(
        "node-pin",
        "No matching version found for",
        re.compile(
            r"No matching version found for (?P<subject>(?:@[\w.~-]{1,100}/)?[\w.~-]{1,100}"
            r"@[^\s]{1,100}?)\.?(?:\s|$)"
        ),
        "The registry has no version {subject}.",
        0.93,
    ),
    Cause(
        "node-package",
        "404",
        re.compile(
            rf"{NPM}404 .{{0,60}}'(?P<subject>(?:@[\w.~-]{{1,100}}/)?[\w.~-]{{1,100}})"
            r"(?:@[^']{0,100})?' (?:is not in|could not be found)"
        ),
        "The registry has no package {subject}.",
        0.92,
    ),
    Cause(
        "node-peer",
        "peer",
        re.compile(
            rf"{NPM}(?:ERESOLVE )?(?:peer|peerOptional) (?P<subject>(?:@[\w.~-]{{1,100}}/)?"
            r"[\w.~-]{1,100})@\"(?P<range>[^\"]{1,200})\" from (?P<by>\S{1,200})"
        ),
        "{by} needs {subject} {range} beside it, and there is another version.",
        0.9,
        stage=re.compile(r"\bnpm\b"),
    ),
)
