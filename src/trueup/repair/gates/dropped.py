"""Refuses that an instruction of a Dockerfile goes, or the part of it that did the work.

A command may move and get other arguments; it may not disappear. A package may get its new
name. Checks stay word for word.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from trueup.model.repair import Edit, Refusal
from trueup.repair.gates.commands import Command, commands
from trueup.repair.gates.instructions import Instruction, Malformed, instructions

COUNTED = ("FROM", "HEALTHCHECK", "USER", "CMD", "ENTRYPOINT", "EXPOSE", "VOLUME", "WORKDIR")
ROOT = re.compile(r"(?:root|[+-]?0+|0x0+)(?::.*)?$")
NAMED = ("ENV", "ARG", "LABEL")
CHECK = re.compile(
    r"\b(py\.?test|tox|nox|unittest|jest|vitest|mocha|ctest|phpunit|rspec)\b"
    r"|\b(npm|yarn|pnpm|go|make|cargo|mvn|gradle\w*|bun)\s+(run\s+)?(test|lint|check|audit|vet)"
    r"|\b(mypy|ruff|flake8|pylint|eslint|tsc|hadolint|trivy|pip\s+check|pip-audit|sha\d+sum"
    r"|md5sum|gpg|cosign)\b"
)
STRICT = re.compile(r"--(?:require-hashes|frozen-lockfile|frozen|immutable|locked|checksum\S*)\b")
CACHES = re.compile(
    r"(?:/var/lib/apt/lists|/var/cache|/tmp|/root/\.cache|/root/\.npm|~/\.cache|~/\.npm"
    r"|/usr/share/(?:doc|man|locale)|/var/log|node_modules)(?:/|$)"
)

TIDY = frozenset(
    {"rm", "apt clean", "apt autoclean", "apt autoremove", "apk cache", "set", "echo"}
)
"""Commands that no build is worse without."""

NAMED_STAGE = 3
"""IMAGE AS NAME."""

SCRIPT = re.compile(r"s(\W).*\1[gIi]*$|/.*/[a-z]$")
"""What sed is told to do."""

Dockerfile = tuple[Instruction, ...]


def dropped(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal for everything that the Dockerfile had and has no more."""
    try:
        before = instructions(edit.before or "")
    except Malformed:
        return
    after = instructions(edit.after)
    for line, what in _missing(before, after):
        says = what if what.startswith("the ") else f"{what} is removed and not replaced"
        yield Refusal("removed", edit.path, line, says)


def _missing(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    yield from _instructions(before, after)
    yield from _names(before, after)
    yield from _copies(before, after)
    yield from _commands(before, after)
    yield from _packages(before, after)
    yield from _erased(before, after)
    yield from _rewritten(before, after)
    yield from _checks(before, after)
    yield from _users(before, after)


def _instructions(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    lost = Counter(one.keyword for one in before) - Counter(one.keyword for one in after)
    for keyword in COUNTED:
        if lost[keyword]:
            yield 0, keyword
    if [one.text for one in before if one.keyword in ("SHELL", "ONBUILD")] != [
        one.text for one in after if one.keyword in ("SHELL", "ONBUILD")
    ]:
        yield 0, "the SHELL or ONBUILD is another than before"
    yield from _health(before, after)


def _health(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    """Yield checks of health that are switched off, or are no longer made by the same program."""
    known = [_programs(one) for one in before if one.keyword == "HEALTHCHECK"]
    for one in after:
        if one.keyword == "HEALTHCHECK":
            off = one.words[:1] == ("NONE",)
            if (known and _programs(one) not in known) or (off and not known):
                yield one.line, "the command of the HEALTHCHECK is another than before"


def _programs(one: Instruction) -> frozenset[str]:
    """Return what a check of health is made of, but for addresses and how long it may start."""
    said = replace(one, value=one.value.removeprefix("CMD").strip())
    flags = {flag for flag in one.flags if not flag.startswith("--start-period")}
    heads = {command.head for command in commands(said)}
    options = {word for c in commands(said) for word in c.words[1:] if word.startswith("-")}
    return frozenset(flags | heads | options)


def restarted(edit: Edit) -> Iterator[Refusal]:
    """Yield a refusal for each CMD and ENTRYPOINT that starts another program than before."""
    try:
        before = instructions(edit.before or "")
    except Malformed:
        return
    known = {head for _, head in _started(before)}
    for line, head in _started(instructions(edit.after)) if known else ():
        if head not in known:
            says = f'"{head[:80]}" is started, and was not before'
            yield Refusal("removed", edit.path, line, says)


def _started(parsed: Dockerfile) -> Iterator[tuple[int, str]]:
    for one in parsed:
        if one.keyword in ("CMD", "ENTRYPOINT"):
            yield from ((one.line, command.head) for command in commands(one))


def _erased(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    """Yield what is deleted newly, unless it is a cache."""
    known = {c.words for c in _runs(before)}
    for command in _runs(after):
        if command.words not in known and command.head in ("rm", "unlink", "rmdir", "shred"):
            for word in command.words[1:]:
                if not word.startswith("-") and (".." in word or not CACHES.match(word)):
                    yield 0, f"the file {word[:80]} is deleted and was not before"


def _rewritten(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    """Yield files of the application that a command newly changes; line ends may change."""
    known = {c.words for c in _runs(before)}
    homes = [one.words[0].rstrip("/") for one in after if one.keyword == "WORKDIR" and one.words]
    for command in _runs(after):
        if command.head != "sed" or command.words in known or not _in_place(command.words):
            continue
        for word in command.words[2:]:
            inside = any(home and word.startswith(f"{home}/") for home in homes)
            if "." in word and SCRIPT.match(word) is None and (inside or word[:1] not in "/-"):
                yield 0, f"the file {word[:80]} is changed and was not before"


def _in_place(words: tuple[str, ...]) -> bool:
    """Say whether sed changes files, and more of them than line ends."""
    ends = {"s/r$//", "s/r//", "s/r$//g", "s/r//g"} & {*words}
    return not ends and any(re.match(r"-[a-zA-Z]*i|--in-place", word) for word in words[1:])


def _names(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    kept = {*_settings(after)}
    for keyword, name in dict.fromkeys(_settings(before)):
        if (keyword, name) not in kept:
            yield 0, f"{keyword} {name}"


def _settings(parsed: Dockerfile) -> Iterator[tuple[str, str]]:
    """Yield the names that ENV, ARG and LABEL set."""
    for one in parsed:
        if one.keyword in NAMED:
            names = re.findall(r"(?:^|\s)[\"']?([\w.-]+)=", one.value)
            yield from ((one.keyword, name) for name in names or one.words[:1])


def _copies(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    kept = {*_copied(after)}
    for origin, source in dict.fromkeys(_copied(before)):
        above = (source.rsplit("/", n)[0] for n in range(source.count("/") + 1))
        if not any((origin, one) in kept for one in (*above, ".", f"{source}/")):
            yield 0, f"COPY {source}"


def _copied(parsed: Dockerfile) -> Iterator[tuple[str, str]]:
    for one in parsed:
        if one.keyword in ("COPY", "ADD"):
            origin = " ".join(flag for flag in one.flags if flag.startswith("--from"))
            sources = one.words[:-1]
            yield from (
                (origin, source.removeprefix("./").rstrip("/") or ".") for source in sources
            )


def _runs(parsed: Dockerfile) -> tuple[Command, ...]:
    return tuple(c for one in parsed if one.keyword == "RUN" for c in commands(one))


def _commands(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    lost = {c.key for c in _runs(before)} - {c.key for c in _runs(after)}
    for key in sorted(lost):
        if key not in TIDY and key.split(" ", maxsplit=1)[0] not in TIDY:
            yield 0, f'RUN "{key}"'


def _packages(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    """Yield packages that are gone, unless there is a new one for each that could be its name."""
    olds = {name for command in _runs(before) for name in command.packages}
    news = {name for command in _runs(after) for name in command.packages}
    lost = [name for name in sorted(olds - news) if not any(_akin(name, new) for new in news)]
    spare = len([name for name in news - olds if not any(_akin(name, old) for old in olds - news)])
    for name in lost[spare:]:
        yield 0, f'"{name}"'


def _akin(old: str, new: str) -> bool:
    return _stem(old) == _stem(new)


def _stem(name: str) -> str:
    return re.sub(r"[\d.+_-]+|^default-|-?(turbo|legacy)", "", name.lower())


def _checks(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    kept = {one.text for one in after}
    for one in before:
        if one.keyword == "RUN" and CHECK.search(one.text) and one.text not in kept:
            yield 0, "the RUN with a check is another than before"
    lost = _strict(before) - _strict(after)
    for flag in lost:
        yield 0, flag


def _strict(parsed: Dockerfile) -> Counter[str]:
    return Counter(flag for one in parsed for flag in STRICT.findall(one.text))


def _users(before: Dockerfile, after: Dockerfile) -> Iterator[tuple[int, str]]:
    """Yield every stage that ran as somebody and runs as root now."""
    was, now = _last_users(before), _last_users(after)
    for stage, old in was.items():
        new = now.get(stage)
        if new is not None and not _root(old) and new.value != old.value and _root(new):
            yield new.line, "the USER is root now, and was not before"


def _last_users(parsed: Dockerfile) -> dict[str, Instruction]:
    """Return the last USER of every stage: by its name, or else counted from the end."""
    names = {one.stage: stage_name(one) for one in parsed if one.keyword == "FROM"}
    last = max(names, default=0)
    users = {one.stage: one for one in parsed if one.keyword == "USER"}
    return {names.get(at) or str(at - last): one for at, one in users.items()}


def _root(one: Instruction) -> bool:
    """Say whether a USER is root, or could be for all that is said here."""
    user = "".join(one.words[:1])
    return ROOT.match(user) is not None or "$" in user


def stage_name(one: Instruction) -> str:
    """Return the name that a FROM gives its stage; empty if it gives none."""
    words = one.words
    named = len(words) == NAMED_STAGE and words[1].upper() == "AS"
    return words[2].lower() if named else ""
