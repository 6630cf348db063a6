"""What is written when a service cannot even begin: its program, its rights, its port."""

import re

from trueup.repair.cause import ANYWHERE, Cause

RAN = re.compile(r"^$")

CAUSES = (
    Cause(
        "startup-file",
        "can't open file",
        re.compile(r"python[\d.]{0,8}: can't open file '(?P<subject>[^']{1,300})'"),
        "There is no program {subject} in the image.",
        0.95,
    ),
    Cause(
        "startup-file",
        "Cannot find module '/",
        re.compile(r"Cannot find module '(?P<subject>/[^']{1,300})'"),
        "There is no program {subject} in the image.",
        0.93,
    ),
    Cause(
        "startup-file",
        "no such file or directory",
        re.compile(r"exec: \"(?P<subject>/[^\"]{1,300})\": stat [^:]{1,300}: no such file or dir"),
        "There is no program {subject} in the image.",
        0.95,
        stage=RAN,
    ),
    Cause(
        "startup-denied",
        "permission denied",
        re.compile(r"exec:? \"?(?P<subject>/?[^\"\s:]{1,300})\"?: permission denied"),
        "{subject} may not be executed.",
        0.95,
        stage=RAN,
    ),
    Cause(
        "startup-interpreter",
        "no such file or directory",
        re.compile(r"^exec (?P<subject>/\S{1,300}): no such file or directory"),
        "{subject} is there, but not what its first line says it is run by.",
        0.9,
        stage=RAN,
    ),
    Cause(
        "startup-interpreter",
        "exec format error",
        re.compile(r"exec (?P<subject>/\S{1,300}): exec format error"),
        "{subject} does not say what it is run by, or is for another kind of machine.",
        0.85,
        stage=RAN,
    ),
    Cause(
        "startup-port",
        "EADDRINUSE",
        re.compile(r"EADDRINUSE: address already in use (?P<subject>\S{1,100})"),
        "Something listens at {subject} already.",
        0.9,
        stage=RAN,
    ),
    Cause(
        "startup-port",
        "ddress already in use",
        re.compile(r"OSError: \[Errno 98\] (?P<subject>Address) already in use"),
        "Something listens at the port already.",
        0.9,
        stage=RAN,
    ),
    Cause(
        "startup-port",
        "is already allocated",
        re.compile(r"Bind for (?P<subject>\S{1,100}) failed: port is already allocated"),
        "The port {subject} of the host is taken.",
        0.95,
        stage=ANYWHERE,
    ),
    Cause(
        "startup-port-denied",
        "permission denied",
        re.compile(r"(?:listen|bind)\S{0,20} .{0,60}?(?P<subject>:\d{1,4})\b.{0,60}permission"),
        "The port {subject} needs rights that the service does not have.",
        0.9,
        stage=RAN,
    ),
    Cause(
        "startup-script",
        "Missing script",
        re.compile(r"Missing script: \"?(?P<subject>[\w:.-]{1,100})"),
        "package.json has no script {subject}.",
        0.95,
    ),
)  # fmt: skip
