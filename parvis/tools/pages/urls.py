"""Addresses of shared pages. Not here: the views."""

from __future__ import annotations
