"""Long work tells how far it is, on stderr: one line redrawn in a terminal, few plain lines elsewhere."""

from __future__ import annotations

import sys
import time


class Progress:
    """Call it as `progress(step, done, total)`, as often as is handy; it prints seldom."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet
        self.is_terminal = sys.stderr.isatty()
        self._step = ""
        self._shown_at = 0.0

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Shows the step; a count without an end has total 0."""
        now = time.monotonic()
        is_new, is_done = step != self._step, bool(total) and done >= total
        pause = 0.1 if self.is_terminal else 5.0
        if self.is_quiet or not (is_new or is_done or now - self._shown_at >= pause):
            return
        if is_new and self._step and self.is_terminal:
            print(file=sys.stderr)
        self._step, self._shown_at = step, now
        count = f" {done:,}/{total:,}" if total else (f" {done:,}" if done else "")
        line = f"{step}{count}".replace(",", "\u202f")
        if self.is_terminal:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends the redrawn line."""
        if self._step and self.is_terminal and not self.is_quiet:
            print(file=sys.stderr)
        self._step = ""
