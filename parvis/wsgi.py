"""The page server's entry: the application, its front, and static files before both. Not here: anything else."""

from __future__ import annotations

import gc
import os
import re

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.settings")
_pages = get_wsgi_application()

from parvis.config import config  # noqa: E402 — needs the settings
from parvis.dav import mount  # noqa: E402
from parvis.front import Front  # noqa: E402
from parvis.web import assets  # noqa: E402

if not assets.MANIFEST.exists():
    assets.build()

# Built files carry a hash of their content in their name, so browsers may keep them for good.
_BUILT = re.compile(r"/static/build/.+\.[0-9a-f]{12}(\.[a-z0-9]+)?$")


def _is_built(path: str, url: str) -> bool:
    return bool(_BUILT.search(url))


def _largest(path: str) -> int:
    of_protocol = mount.largest(path)
    if of_protocol is not None:
        return of_protocol
    # A file that is a little too large still reaches the page that says so kindly.
    return (config.max_import_mb if path.startswith("/admin/imports/") else 4 * config.max_upload_mb) * 2**20


config.data.mkdir(parents=True, exist_ok=True)
front = Front(mount.mounted(_pages), largest=_largest, folder=config.data)
application = WhiteNoise(
    front,
    root=assets.STATIC,
    prefix="static/",
    max_age=3600,
    allow_all_origins=False,
    immutable_file_test=_is_built,
    add_headers_function=lambda headers, path, url: headers.add_header("X-Content-Type-Options", "nosniff"),
)

# What is loaded by now lives as long as the process: looking through it again and again for garbage costs a tenth of
# a page (measured on a topic of twenty replies).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
