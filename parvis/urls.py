"""All addresses: the shell's, then every installed tool's. Not here: any view."""

from __future__ import annotations

from parvis.toolkit.routing import tool_urls
from parvis.web.urls import shell_urls

urlpatterns = [*shell_urls(), *tool_urls()]
handler400 = "parvis.web.errors.bad_request"
handler404 = "parvis.web.errors.not_found"
handler500 = "parvis.web.errors.server_error"
