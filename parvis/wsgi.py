"""The page server's entry: the application behind its static files. Not here: anything else."""

from __future__ import annotations

import os
import re

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
_pages = get_wsgi_application()

from parvis.web import assets  # noqa: E402 — needs the settings

if not assets.MANIFEST.exists():
    assets.build()

# Built files carry a hash of their content in their name, so browsers may keep them for good.
_BUILT = re.compile(r"/static/build/.+\.[0-9a-f]{12}(\.[a-z0-9]+)?$")


def _is_built(path: str, url: str) -> bool:
    return bool(_BUILT.search(url))


application = WhiteNoise(
    _pages,
    root=assets.STATIC,
    prefix="static/",
    max_age=3600,
    allow_all_origins=False,
    immutable_file_test=_is_built,
    add_headers_function=lambda headers, path, url: headers.add_header("X-Content-Type-Options", "nosniff"),
)
