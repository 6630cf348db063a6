"""Which rule answers which class of errors."""

from collections.abc import Callable, Mapping

from trueup.model.repair import Diagnosis, Edit, Indexes, Request
from trueup.repair.rules import base, node, python, startup, system

Rule = Callable[[Diagnosis, Request, Indexes], tuple[Edit, ...] | None]


def _first(*rules: Rule) -> Rule:
    """Return the rule that says what the first of several has to say."""

    def rule(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> tuple[Edit, ...] | None:
        said = (one(diagnosis, request, indexes) for one in rules)
        return next((edits for edits in said if edits), None)

    return rule


RULES: Mapping[str, Rule] = {
    "apk-package": system.renamed_package,
    "apk-version": system.other_version,
    "apt-package": system.renamed_package,
    "apt-suite": base.served_suite,
    "apt-version": system.other_version,
    "command": _first(python.missing_command, system.missing_command),
    "development": system.missing_development,
    "header": system.missing_header,
    "library": system.missing_library,
    "link-library": system.missing_link,
    "node-lock": node.lock_out_of_step,
    "node-module": node.missing_module,
    "node-package": node.no_such_package,
    "node-peer": node.other_peer,
    "node-pin": node.no_such_version,
    "node-version": base.node_version,
    "pkg-config": system.missing_pkg_config,
    "python-api": python.other_interface,
    "python-conflict": python.conflict,
    "python-hash": python.other_hash,
    "python-managed": python.let_pip,
    "python-module": python.missing_module,
    "python-pin": python.no_such_version,
    "python-requirements-file": python.no_requirements_file,
    "python-version": _first(python.older_package, base.python_version),
    "startup-denied": startup.denied,
    "startup-file": startup.missing_file,
    "startup-interpreter": startup.line_ends,
    "startup-script": startup.missing_script,
    "tls-certificate": system.missing_certificates,
}
"""By the cause of the diagnosis. A rule returns None where it has nothing to say."""
