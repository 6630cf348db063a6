"""What is done about a Node package that is missing, or that there is not as it is asked for."""

import re

from trueup.model.repair import Diagnosis, Edit, Indexes, Request
from trueup.repair import package_json, semver
from trueup.repair.node_project import NodeProject, node_project
from trueup.repair.similar import similar

Edits = tuple[Edit, ...] | None

BUILT_IN = frozenset({
    "assert", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
    "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os",
    "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
    "string_decoder", "sys", "test", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi",
    "worker_threads", "zlib",
})  # fmt: skip


def missing_module(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Add the package to package.json, and to its lock."""
    project = node_project(request, diagnosis.stage)
    name = diagnosis.subject
    if project is None or name in BUILT_IN or name in project.wanted:
        return None
    facts = indexes.node(name, project.urls)
    found = semver.releases(facts, project.node) if facts else ()
    if not found:
        return None
    return project.edited(package_json.added(project.manifest, name, found[-1].number), indexes)


def lock_out_of_step(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Have npm make the lock anew, from package.json as it is."""
    project = node_project(request, diagnosis.stage)
    if project is None:
        return None
    return project.relocked(project.manifest, indexes, missing=True) or None


def no_such_version(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Ask for the version nearest to the one that is not there."""
    project = node_project(request, diagnosis.stage)
    name, _, pin = diagnosis.subject.rpartition("@")
    if project is None or name not in project.wanted:
        return None
    facts = indexes.node(name, project.urls)
    version = semver.nearest(facts, pin, project.node) if facts else None
    if version is None:
        return None
    return _asked(project, name, version.number, indexes)


def no_such_package(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Put a package that the program imports in the place of a name that is misspelled."""
    project = node_project(request, diagnosis.stage)
    wrong = diagnosis.subject
    if project is None or wrong not in project.wanted:
        return None
    right = similar(wrong, project.imported - set(project.wanted) - BUILT_IN)
    facts = indexes.node(right, project.urls) if right else None
    version = semver.nearest(facts, project.wanted[wrong], project.node) if facts else None
    if version is None:
        return None
    said = f"{semver.prefix(project.wanted[wrong])}{version.number}"
    return project.edited(package_json.renamed(project.manifest, wrong, right, said), indexes)


def other_peer(diagnosis: Diagnosis, request: Request, indexes: Indexes) -> Edits:
    """Ask for a version of a package that the others can live with."""
    project = node_project(request, diagnosis.stage)
    found = re.search(r"peer(?:Optional)? (\S+)@\"([^\"]{1,200})\"", diagnosis.line)
    if project is None or found is None or found[1] not in project.wanted:
        return None
    name, wanted = found[1], found[2]
    facts = indexes.node(name, project.urls)
    version = facts and semver.nearest(facts, project.wanted[name], project.node, wanted)
    return _asked(project, name, version.number, indexes) if version else None


def _asked(project: NodeProject, name: str, version: str, indexes: Indexes) -> Edits:
    said = f"{semver.prefix(project.wanted[name])}{version}"
    return project.edited(package_json.repinned(project.manifest, name, said), indexes)
