"""Imports that run behind the pages. Not here: what they do (transfer.runs)."""

from __future__ import annotations

from parvis.journal.jobs import job
from parvis.transfer import runs

job("transfer.run", is_long=True, retry=1)(runs.work)
