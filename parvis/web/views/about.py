"""What the network says of itself, help, what is stored about oneself, one's own menu as a page.

Not here: the texts of pages (templates web/about, web/help).
"""

from __future__ import annotations

from django.http import HttpResponse

from parvis.membership import charters
from parvis.people.models import Person
from parvis.spaces.models import Space
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.web import practice, stored
from parvis.web.models import SiteText

VERSION = "1.0"


def show_about(request: Request) -> HttpResponse:
    """The only page that names the software."""
    return page(request, "web/about/about.html", version=version())


def version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("parvis")
    except PackageNotFoundError:
        return VERSION


def show_legal(request: Request) -> HttpResponse:
    """Who publishes it, as its administrators wrote it."""
    return page(request, "web/about/legal.html", text=SiteText.objects.filter(slug=SiteText.LEGAL).first())


def show_accessibility(request: Request) -> HttpResponse:
    """The accessibility statement."""
    return page(request, "web/about/accessibility.html")


def show_charter(request: Request) -> HttpResponse:
    """The network's charter: that of the community of everyone."""
    everyone = Space.objects.filter(is_everyone=True).first()
    charter = charters.current(everyone) if everyone else None
    return page(request, "web/about/charter.html", charter=charter, everyone=everyone)


def show_stored(request: Request) -> HttpResponse:
    """What is stored about the reader, counted from the database's own description."""
    counts = stored.counts_of(request.viewer)
    return page(
        request,
        "web/about/data.html",
        account=stored.account_of(request.viewer),
        held=[row for row in counts if row.rows],
        empty=[row for row in counts if not row.rows],
    )


def show_refusals(request: Request) -> HttpResponse:
    """What the network will not do."""
    return page(request, "web/about/never.html")


def show_help(request: Request) -> HttpResponse:
    """How to begin, and whom to ask."""
    people = Person.objects.active().filter(is_administrator=True, is_hidden=False).by_name()[:6]
    return page(
        request, "web/help/help.html", practice=practice.find_practice(request.network), team=list(people)
    )


def show_keys(request: Request) -> HttpResponse:
    """The keys, as a page."""
    return page(request, "web/help/keys.html")


def show_me(request: Request) -> HttpResponse:
    """One's own menu as a page, for the phone's bar."""
    return page(request, "web/help/me.html")
