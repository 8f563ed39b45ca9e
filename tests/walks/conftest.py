"""Fixtures of the walks: the site with its cast."""

from __future__ import annotations

from playwright.sync_api import expect

from parvis.testing.walking import stage

__all__ = ["stage"]

# A loaded machine is slow, not wrong: a walk waits for what a person would wait for.
expect.set_options(timeout=20_000)
