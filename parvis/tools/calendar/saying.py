"""Days in words, in the reader's language, as the whole house says them. Not here: how (toolkit.days)."""

from __future__ import annotations

from parvis.toolkit.days import say

__all__ = ["say"]
