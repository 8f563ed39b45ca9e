"""Parvis: an open, self-hosted network for a company's communities."""

__version__ = "0.1.0"
