"""How fast it is, measured on this machine. Not here: any test; speed is never asserted."""

from __future__ import annotations

from parvis.bench.measure import run

__all__ = ["run"]
