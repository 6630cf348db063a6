"""`python -m trueup` is the command line."""

import gc
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from trueup.cli.main import run

    gc.disable()  # most commands end before they have made any garbage worth looking for
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
