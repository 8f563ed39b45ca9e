"""How much room a community and the network have for files. Not here: the upload (actions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from parvis.config import config
from parvis.kernel.db import read
from parvis.kernel.errors import Refused

if TYPE_CHECKING:
    from parvis.spaces.models import Space

MEGABYTE = 1024 * 1024

# Versions of documents and files of texts alike, those in the bin too; each content once.
USED = """
SELECT coalesce(sum(size), 0)::bigint AS bytes FROM (
  SELECT DISTINCT sha256, size FROM contributions_attachment WHERE space_id = %(space)s) f"""
USED_BY_ALL = """
SELECT coalesce(sum(size), 0)::bigint AS bytes FROM (SELECT DISTINCT sha256, size FROM contributions_attachment) f"""


class OverQuota(Refused):
    """No room left: the answer is 413."""


def used_bytes(space: Space) -> int:
    """What the files of a community weigh."""
    return int(read(USED, {"space": space.id})[0].bytes)


def check_room(space: Space, coming: int) -> None:
    """Lets so many bytes come. Raises OverQuota where the community or the network has no room for them."""
    limit = config.community_quota_mb * MEGABYTE
    if limit and used_bytes(space) + coming > limit:
        raise OverQuota(
            _(
                "This community has no room left (%(n)s MB at most): put old files in the bin, or ask its hosts."
            )
            % {"n": config.community_quota_mb},
            field="files",
        )
    limit = config.network_quota_mb * MEGABYTE
    if limit and read(USED_BY_ALL)[0].bytes + coming > limit:
        raise OverQuota(_("The network has no room left for files: tell its administrators."), field="files")
