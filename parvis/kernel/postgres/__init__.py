"""The embedded PostgreSQL: finding its programs, starting and stopping it, its roles and databases.

Not here: what Parvis stores (models) and how the application speaks to it (kernel.db).
"""

from __future__ import annotations

from parvis.kernel.postgres.binaries import Binaries, find_binaries
from parvis.kernel.postgres.launch import CannotLaunch
from parvis.kernel.postgres.roles import APP, OWNER, external_snippet, prepare_database, prepare_external
from parvis.kernel.postgres.server import Role, Server, ServerFailed

__all__ = [
    "APP",
    "OWNER",
    "Binaries",
    "CannotLaunch",
    "Role",
    "Server",
    "ServerFailed",
    "external_snippet",
    "find_binaries",
    "prepare_database",
    "prepare_external",
]
