"""``python -m reqtrail`` is the command ``reqtrail``."""

from ._command import run

if __name__ == "__main__":
    run()
