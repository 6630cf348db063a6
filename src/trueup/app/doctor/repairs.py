"""What a Run could do here: who may be asked for a patch, and where one could go.

Asks no model and pushes nothing. Where no document asks for repairs, none of it is looked at.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from trueup.adapters.git.reach import may_push
from trueup.app.doctor.finding import Finding, doubtful, well
from trueup.app.glance import Glance
from trueup.app.trees import remote_of
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.workshop import PublishMode
from trueup.settings import GitSettings, ProviderSettings, Secret, Settings, SourceSettings, reveal

CHECK = "repairs"
SAMPLE = "trueup/repair/doctor/doctor"
NO_KEY = "the models of this provider cannot be asked; the next author is"


def about_repairs(settings: Settings, seen: Glance) -> Iterator[Finding]:
    """Yield what Runs can be made of, where there are any."""
    names = {name for key in seen.site.wishes.every() if (name := _repaired(seen, key))}
    if not names:
        yield well(CHECK, "no document asks for any")
        return
    yield from about_authors(settings.providers)
    for one in settings.sources:
        if one.name in names:
            yield _place(one, settings)


def about_authors(providers: tuple[ProviderSettings, ...]) -> Iterator[Finding]:
    """Yield who may be asked for a patch."""
    if not providers:
        yield well("authors", "rules and given diffs; no model is configured (docs/models.md)")
    for one in providers:
        yield _provider(one)


def _provider(said: ProviderSettings) -> Finding:
    name, model = f"model {said.provider.name}", said.provider.model
    secrets = [said.key, *(one.secret for one in said.headers.values())]
    for secret in filter(None, secrets):
        if problem := _missing(secret):
            return doubtful(name, f"{model}: its key is not there", NO_KEY, problem)
    return well(name, f"{model} may be asked{'; its key is there' if said.key else ''}")


def _missing(secret: Secret) -> str:
    """Return what to do about a secret that is not where it should be; it is never shown."""
    try:
        reveal(secret)
    except TrueupError as error:
        return f"{error.what}. {error.fix}"
    return ""


def _repaired(seen: Glance, key: Key) -> str:
    """Return the source of a document that asks for repairs; empty for any other."""
    resource = seen.site.wishes[key]
    if resource is None or resource.leaving:
        return ""
    if key.kind == "Run":
        stack = seen.site.wishes[Key("Stack", resource.spec.target.stack)]
        return stack.source if stack else resource.source
    return resource.source if getattr(resource.spec, "repair", None) else ""


def _place(source: SourceSettings, settings: Settings) -> Finding:
    """Return whether a patch of a source could be published as the configuration says."""
    if source.git is not None:
        return _pushed(source.name, source.git, settings.publish.to)
    return _written(source.name, source.directory or Path())


def _pushed(name: str, said: GitSettings, to: str) -> Finding:
    check = f"patches of {name}"
    if said.ref and to == PublishMode.COMMIT:
        why = f"it stays at {said.ref}, which takes no commits"
        return doubtful(check, "publish.to is commit", why, "Set publish.to: branch.")
    branch = said.branch if to == PublishMode.COMMIT else SAMPLE
    shown = branch if to == PublishMode.COMMIT else "trueup/repair/STACK/RUN"
    try:
        may_push(remote_of(said, to_push=True), branch)
    except TrueupError as error:
        fix = f"Give the login (pushAuth, or auth) the right to push {shown}."
        return doubtful(check, f"{shown} may not be pushed", error.why or error.what, fix)
    return well(check, f"{shown} may be pushed, unless a rule of the remote forbids it")


def _written(name: str, folder: Path) -> Finding:
    from trueup.adapters.workshop.enclosing import enclosing

    with TemporaryDirectory(prefix="trueup-doctor-") as own:
        inside = enclosing(folder, Path(own)) is not None
    if inside:
        return well(f"patches of {name}", "a branch in the git repository that it is in")
    only = "the folder is in no git repository, so only files can be written (publish.to: files)"
    return well(f"patches of {name}", only)
