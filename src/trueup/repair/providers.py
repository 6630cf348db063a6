"""Which package brings a header, a library or a command, by what the distribution itself says."""

from collections.abc import Iterator, Mapping, Sequence

from trueup.model.system import ALPINE, Distribution
from trueup.repair.known_packages import COMMANDS, DEVELOPMENT, HEADERS, LIBRARIES

ODD = ("-cross", "lib32", "libx32", "lib64", "mingw", "android", "-dbg", "-wasm", "lfs-", "klibc")
Names = tuple[str, ...]


def for_command(command: str, system: Distribution) -> Names:
    """Return the packages that bring a command; none where the distribution has none."""
    if known := _known(COMMANDS, command, system):
        return known
    held = system.holding([f"bin/{command}", f"sbin/{command}"])
    return _best(command, [one for one in held if _is_of_system(one[0], system)], system)


def for_header(header: str, system: Distribution) -> Names:
    """Return the packages that bring a header: one that compilers find without being told to."""
    found = system.holding([header])
    placed = [(name, path) for name, path in found if _is_found(path, header)]
    return _known(HEADERS, header, system) or _best(header, placed or found, system)


def for_library(library: str, system: Distribution) -> Names:
    """Return the packages that bring a shared library."""
    known = _known(LIBRARIES, library, system)
    return known or _best(library, system.holding([library]), system)


def for_linking(name: str, system: Distribution) -> Names:
    """Return the packages with which a library can be linked."""
    found = system.holding([f"lib{name}.so"])
    return _best(name, [one for one in found if one[0].endswith("-dev")], system)


def for_pkg_config(name: str, system: Distribution) -> Names:
    """Return the packages that bring what pkg-config is asked for."""
    return _best(name, system.holding([f"{name}.pc"]), system)


def for_development(said: str, system: Distribution) -> Names:
    """Return the packages that are meant by some words."""
    return _known(DEVELOPMENT, said, system)


def _is_of_system(name: str, system: Distribution) -> bool:
    """Say whether a program is the distribution's business, and not that of pip or npm."""
    offer = system.package(name)
    return offer is not None and not offer.runs_on


def _known(table: Mapping[str, tuple[Names, ...]], name: str, system: Distribution) -> Names:
    for names in table.get(name, ()):
        if all(system.package(one) for one in names):
            return names
    return ()


def _is_found(path: str, header: str) -> bool:
    """Say whether a header is where compilers look, or where pkg-config or Python tells them."""
    folder = path.removesuffix(header).strip("/").removeprefix("usr/include").strip("/")
    return not folder or "-linux-" in folder or folder.startswith("python3")


def _best(name: str, found: Sequence[tuple[str, str]], system: Distribution) -> Names:
    """Return the likeliest of several packages; Alpine's own are the ones it has."""
    ordered = sorted(_ranked(name, found, system))
    return (ordered[0][-1],) if ordered else ()


def _ranked(
    name: str, found: Sequence[tuple[str, str]], system: Distribution
) -> Iterator[tuple[bool, bool, bool, int, int, str]]:
    for package, path in found:
        odd = any(word in package for word in ODD)
        own = package == name
        backed = system.family == ALPINE or _stem(name) in package
        yield odd, not own, not backed, path.count("/"), len(package), package


def _stem(name: str) -> str:
    """Return what a package of `libGL.so.1` or `yaml.h` has in its name."""
    word = name.rpartition("/")[2].partition(".")[0]
    return word.removeprefix("lib").lower()
