"""Base images in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trueup.model.errors import ToolError
from trueup.model.system import ALPINE, DEBIAN, Distribution, Offer


@dataclass
class FakeSystem:
    """Has the packages that it is given, by name: the files that each brings."""

    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    family: str = DEBIAN
    name: str = "Debian GNU/Linux 12 (bookworm)"
    user: str = ""
    installed: frozenset[str] = frozenset()
    provides: Mapping[str, Sequence[str]] = field(default_factory=dict)
    version: str = "2.0-1"

    def package(self, name: str) -> Offer | None:
        """Return a package of that name."""
        if name not in self.files:
            return None
        runs_on = "node" if name.startswith("node-") else ""
        return Offer(name, self.version, tuple(self.provides.get(name, ())), runs_on)

    def names(self) -> frozenset[str]:
        """Return all names."""
        return frozenset(self.files)

    def standing_for(self, name: str) -> tuple[Offer, ...]:
        """Return who provides a name."""
        every = (self.package(one) for one in self.files)
        return tuple(one for one in every if one and name in one.provides)

    def holding(self, paths: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return who has a file."""
        return tuple(
            (name, path)
            for name, held in self.files.items()
            for path in held
            if any(path == end or path.endswith(f"/{end}") for end in paths)
        )


@dataclass
class FakeBases:
    """Images by name; what is None is there and of no distribution."""

    systems: Mapping[str, Distribution | None] = field(default_factory=dict)
    images: frozenset[str] = frozenset()

    def system(self, image: str) -> Distribution | None:
        """Return what is in an image."""
        if image not in self.systems:
            raise ToolError(f"there is no image {image}")
        return self.systems[image]

    def has_image(self, image: str) -> bool:
        """Say whether there is an image."""
        return image in self.images or image in self.systems


def debian(*names: str, **given: object) -> FakeSystem:
    """Return a Debian with what repairs of builds in C and Python need, and other packages."""
    system = FakeSystem({**BOOKWORM, **dict.fromkeys(names, ())})
    for name, value in given.items():
        setattr(system, name, value)
    return system


def alpine(*names: str) -> FakeSystem:
    """Return an Alpine, which knows libraries and commands but no headers."""
    packages = {**EDGE, **dict.fromkeys(names, ())}
    return FakeSystem(packages, ALPINE, "Alpine Linux v3.20")


BOOKWORM: Mapping[str, Sequence[str]] = {
    "ca-certificates": (),
    "curl": ("usr/bin/curl",),
    "default-libmysqlclient-dev": (),
    "fonts-freefont-ttf": (),
    "gcc": ("usr/bin/gcc",),
    "git": ("usr/bin/git",),
    "libbotan-2-dev": ("usr/include/botan-2/botan/ffi.h",),
    "libc6-dev": ("usr/include/stdio.h",),
    "libffi-dev": ("usr/include/x86_64-linux-gnu/ffi.h",),
    "libffi8": ("usr/lib/x86_64-linux-gnu/libffi.so.8",),
    "libgl1": ("usr/lib/x86_64-linux-gnu/libGL.so.1",),
    "libicu72": (),
    "libmine-dev": ("usr/include/snap.h",),
    "libpng-dev": ("usr/include/png.h", "usr/lib/x86_64-linux-gnu/libpng.so"),
    "libpq-dev": ("usr/bin/pg_config", "usr/include/postgresql/libpq-fe.h"),
    "libsnap-extra-dev": ("usr/include/extra/snap.h",),
    "libsnappy-dev": ("usr/include/snappy-c.h",),
    "libwebp-dev": ("usr/lib/x86_64-linux-gnu/pkgconfig/libwebp.pc",),
    "libxml2-dev": (),
    "libxslt1-dev": (),
    "make": ("usr/bin/make",),
    "netcat-openbsd": (),
    "node-typescript": ("usr/bin/tsc",),
    "netcat-traditional": (),
    "openjdk-17-jdk": (),
    "php8.2": (),
    "php8.2-mysql": (),
    "pkg-config": (),
    "postgresql-client-15": (),
    "python3.11": (),
    "python3-dev": (),
    "vite": ("usr/bin/vite",),
    "python3-pip": ("usr/bin/pip3",),
}

EDGE: Mapping[str, Sequence[str]] = {
    "build-base": (),
    "curl": ("usr/bin/curl",),
    "gcc": ("usr/bin/gcc",),
    "git": ("usr/bin/git",),
    "libpq-dev": ("usr/bin/pg_config",),
    "mesa-gl": ("usr/lib/libGL.so.1",),
    "musl-dev": (),
    "py3-pip": (),
    "python3-dev": (),
}
