"""The pytest plugin: the environment Parvis's settings read, set before Django is; then the fixtures.

Not here: the fixtures themselves (databases, browsers).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from parvis.testing.cluster import cluster
from parvis.testing.ports import free_port

# What the person who starts the tests may say; every other setting is the suite's own.
KEPT = ("PARVIS_TEST_", "PARVIS_POSTGRES_", "PARVIS_CORPUS", "PARVIS_FULL", "PARVIS_CHROMIUM")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw")
DATABASE = f"parvis_test_{os.getpid()}_{WORKER}"


def set_environment() -> None:
    """Points the settings at this process's own database, folder and port, whatever the shell says."""
    for name in [*os.environ]:
        if name == "DATABASE_URL" or (name.startswith("PARVIS_") and not name.startswith(KEPT)):
            del os.environ[name]
    port = free_port()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="parvis.settings",
        PARVIS_DATA=tempfile.mkdtemp(prefix="parvis-test-"),
        # Sentences outside a request come in the source's language; pages in their reader's, as ever.
        PARVIS_LANGUAGE="en",
        PARVIS_SECRET_KEY="only-for-tests-" + "0" * 40,
        PARVIS_DATABASE_URL_APP=cluster().url("app", DATABASE),
        PARVIS_DATABASE_URL_OWNER=cluster().url("owner", DATABASE),
        PARVIS_PORT=str(port),
        PARVIS_URL=f"http://127.0.0.1:{port}",
        PARVIS_MAIL_DOMAIN="lettres.parvis.test",
        # Playwright runs an event loop in the test's thread, where Django would refuse every query.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )


set_environment()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the fixtures after pytest-django's, so that ours of the same name win."""
    if WORKER == "gw":
        from parvis.cli.messages import compile_all

        # A test must not depend on whether somebody had compiled the French.
        compile_all(only_stale=True)
    for name in (
        "parvis.testing.databases",
        "parvis.testing.browsers",
        "parvis.testing.live",
        "parvis.testing.object_store",
    ):
        config.pluginmanager.import_plugin(name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests only on demand; no test may ask for TRUNCATE, which the application role cannot do."""
    full = os.environ.get("PARVIS_FULL") == "1"
    for item in items:
        if item.get_closest_marker("full") and not full:
            item.add_marker(pytest.mark.skip(reason="long: bin/check --full runs it"))
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture fresh_database, not transaction=True")


def pytest_unconfigure() -> None:
    """Lets go of the server and of this process's folder."""
    cluster().close()
    folder = Path(os.environ["PARVIS_DATA"])
    if folder.name.startswith("parvis-test-"):
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
