"""``python -m trimtab`` is the command."""

from __future__ import annotations

import sys

from trimtab._trimtab import _run_command


def main() -> int:
    """Run the command with the process's arguments."""
    return _run_command(["trimtab", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
