"""What Python and its installers write when something is wrong."""

import re

from trueup.repair.cause import Cause

MODULE = r"(?P<subject>[A-Za-z_][\w.]{0,200})"

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
        re.compile(rf"(?:^|/)[\w./-]{{0,200}}python[\d.]*: No module named ['\"]?{MODULE}"),
        "The Python module {subject} is not installed.",
        0.95,
        stage=OWN_PROGRAM,
    ),
)
