"""Pages of shares: the form to share, and a share on its own. Not here: cards (toolkit)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention.opening import contribution_page
from parvis.contributions import stream
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.spaces.models import Space
from parvis.toolkit.cards import describe
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.toolkit.routing import thing_path
from parvis.tools.shares.actions import share
from parvis.tools.shares.reading import places_for


def make_share(request: Request, contribution: Contribution) -> HttpResponse:
    """Where to, and one comment; refused, the form comes back as it was."""
    refusal: Refused | NotAllowed | None = None
    if request.method == "POST":
        try:
            made = share(
                contribution, _place(request), comment=request.POST.get("body", ""), by=request.viewer
            )
            return go(request, thing_path(contribution), _("Shared."), undo=f"/go/{made.key}/remove/")
        except (Refused, NotAllowed) as found:
            refusal = found
    return page(
        request,
        "shares/form.html",
        status=422 if refusal else 200,
        contribution=contribution,
        error=refusal,
        places=places_for(contribution, request.viewer),
        typed=request.POST,
        path=thing_path(contribution),
    )


def _place(request: Request) -> Space:
    slug = request.POST.get("space", "").replace("\x00", "")[:80]
    found = Space.objects.visible_to(request.viewer).filter(slug=slug).first()
    if found is None:
        raise Refused(_("Choose one of your communities."), field="space")
    return found


def show_share(request: Request, contribution: Contribution) -> HttpResponse:
    """A share: what was said with it, and the original as its own readers see it."""
    original = find_contribution(contribution.card["shared"], request.viewer)
    rows = stream.by_ids([original.id], request.viewer)
    if not rows:
        raise NotFound
    return contribution_page(
        request, contribution, "shares/share.html", inner=describe(rows[0]), original=original
    )
