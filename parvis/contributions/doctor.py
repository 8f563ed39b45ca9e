"""What `parvis doctor` asks of the spine: rows of kinds that no installed tool knows, counters that went astray.

Not here: the command (cli.doctor).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.contributions.kinds import installed_kinds
from parvis.kernel.db import read

UNKNOWN = """
SELECT kind, count(*) AS count FROM contributions_contribution WHERE kind <> ALL(%(kinds)s) GROUP BY kind ORDER BY kind"""

COUNTED = """
UPDATE contributions_contribution c SET reply_count = n.count FROM (
  SELECT c.id, count(r.id) AS count FROM contributions_contribution c
    LEFT JOIN contributions_reply r ON r.contribution_id = c.id AND r.state = 'published'
  GROUP BY c.id HAVING count(r.id) <> c.reply_count) n
WHERE n.id = c.id RETURNING c.id"""


def examine() -> Iterator[str]:
    """Says what is kept but shown to nobody, and mends the numbers of replies. Called in a transaction of its own."""
    for row in read(UNKNOWN, {"kinds": [*installed_kinds()]}):
        yield ngettext(
            "%(n)s contribution of the kind “%(kind)s” is shown to nobody: its tool isn't installed.",
            "%(n)s contributions of the kind “%(kind)s” are shown to nobody: their tool isn't installed.",
            row.count,
        ) % {"n": row.count, "kind": row.kind}
    mended = len(read(COUNTED))
    if mended:
        yield _("Numbers of replies counted anew: %(n)s.") % {"n": mended}
