"""Which rule answers which class of errors."""

from collections.abc import Callable, Mapping

from trueup.model.repair import Diagnosis, Edit, Indexes, Request
from trueup.repair.rules import base, python, system

Rule = Callable[[Diagnosis, Request, Indexes], tuple[Edit, ...] | None]

RULES: Mapping[str, Rule] = {
    "apk-package": system.renamed_package,
    "apk-version": system.other_version,
    "apt-package": system.renamed_package,
    "apt-suite": base.served_suite,
    "apt-version": system.other_version,
    "command": system.missing_command,
    "development": system.missing_development,
    "header": system.missing_header,
    "library": system.missing_library,
    "link-library": system.missing_link,
    "node-version": base.node_version,
    "pkg-config": system.missing_pkg_config,
    "python-module": python.missing_module,
    "python-version": base.python_version,
    "tls-certificate": system.missing_certificates,
}
"""By the cause of the diagnosis. A rule returns None where it has nothing to say."""
