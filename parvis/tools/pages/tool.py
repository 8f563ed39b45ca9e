"""What the house needs to know of shared pages. Not here: what they do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from parvis.toolkit.spec import Tool

TOOL = Tool(
    slug="pages", label=_("Pages"), icon="book-open", promise=_("Texts the community writes together.")
)
