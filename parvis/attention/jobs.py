"""Work that activities hand over. Not here: the rules (attention.actions)."""

from __future__ import annotations

from parvis.attention.actions import deliver
from parvis.journal.jobs import job

job("attention.deliver")(deliver)
