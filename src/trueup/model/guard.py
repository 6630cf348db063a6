"""What a source may not do by itself. The host's configuration says so, no document can."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """The limits of one source.

    Attributes:
        allow_empty: whether it may come to say nothing at all, and so remove everything.
        removal: the share (0 to 1) of its resources that one revision may remove.
        protected: services that only an approved plan may touch, as STACK/SERVICE where
            `*` and `?` stand for anything.
    """

    allow_empty: bool = False
    removal: float = 0.5
    protected: tuple[str, ...] = ()
