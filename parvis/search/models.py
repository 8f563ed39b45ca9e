"""The tables of this room, each in the file that reads and writes it. Not here: anything else."""

from __future__ import annotations

from parvis.search.saved import Heard, SavedSearch
from parvis.search.vocabulary import Word

__all__ = ["Heard", "SavedSearch", "Word"]
