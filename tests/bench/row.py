"""One line of a benchmark: what was measured, beside what, and how near physics that is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, measured against the obvious alternative within one run.

    `measured` and `against` are texts with their units, `ratio` is measured / against,
    and a `goal` is the highest ratio (or, where the texts say so, the highest value) that
    is still good. `physics` says what nobody can get below on this machine.
    """

    figure: str
    measured: str
    against: str
    ratio: float
    goal: float
    physics: str

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio <= self.goal

    def __str__(self) -> str:
        verdict = "ok  " if self.met else "MISS"
        return (
            f"{verdict} {self.figure}: {self.measured} against {self.against}"
            f" = {self.ratio:.3g}, goal {self.goal:.3g}\n       physics: {self.physics}"
        )
