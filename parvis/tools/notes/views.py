"""The page of one note. Not here: writing it (the composer), replies (the shell)."""

from __future__ import annotations

from django.http import HttpResponse

from parvis.attention.opening import contribution_page
from parvis.contributions.models import Contribution
from parvis.toolkit.request import Request


def show_note(request: Request, contribution: Contribution) -> HttpResponse:
    """A note with its replies."""
    return contribution_page(request, contribution, "notes/note.html")
