"""Work that time wakes: reminders of the morning, forgetting old stays. Not here: what they do (returning.reminders)."""

from __future__ import annotations
