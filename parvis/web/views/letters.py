"""Letters as pages: one's choices, the next letter as it would come, stopping by one click, and what others allow.

Not here: the letters (mailing.letters) and the page of rules that holds the choices (web.views.notices).
"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from markupsafe import Markup

from parvis.accounts import mail
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode
from parvis.mailing import levels, rhythms, sample
from parvis.mailing.models import Level, Rhythm
from parvis.mailing.sending import next_digest
from parvis.mailing.stopping import read_token
from parvis.spaces.models import Space
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.web.headers import policy_for
from parvis.web.views.accounts_settings import rail_links
from parvis.web.views.communities_host import host_page

SETTINGS = "/settings/notifications/"
# A letter brings its own styles and nothing else; it runs nothing, and only our own page may frame it (in a sandbox).
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'"


@csrf_exempt  # asked by mail programs, who have neither session nor form (RFC 8058); the address holds a signature
def stop_letters(request: Request, token: str) -> HttpResponse:
    """A GET only asks: programs that look into mails follow every link. A POST stops this kind of mail."""
    person, kind = read_token(token)
    is_done = request.method == "POST"
    if is_done:
        rhythms.stop(person, kind)
    return page(request, "web/mail/stop.html", kind=kind, is_done=is_done)


def choose(request: Request) -> HttpResponse:
    """One's rhythm, in general and by community, and what letters hold."""
    form = request.POST
    rhythms.set_rhythm(form.get("rhythm", ""), by=request.viewer)
    rhythms.set_habit(
        by=request.viewer,
        level=_number(form.get("level", "")),
        hour=_number(form.get("hour", "")),
        is_any_time="is_any_time" in form,
        is_always="is_always" in form,
        refuses_announcements="refuses_announcements" in form,
    )
    for name, value in form.items():
        if name.startswith("place-"):
            rhythms.set_rhythm(value, by=request.viewer, space_id=_key(name[6:]))
    return go(request, SETTINGS, _("Saved."))


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 3:
        raise Refused(_("Choose one of those offered."))
    return int(text)


def _key(text: str) -> int:
    try:
        return decode(text)
    except ValueError:
        raise Refused(_("Choose one of those offered.")) from None


def show_next(request: Request) -> HttpResponse:
    """What would come if it came now."""
    found = next_digest(request.viewer)
    return _with_frame(
        request,
        page(
            request,
            "web/mail/next.html",
            links=rail_links(request),
            sentence=rhythms.sentence_of(request.viewer),
            written=found[1] if found else None,
        ),
    )


def show_next_letter(request: Request) -> HttpResponse:
    """The letter itself, to be framed."""
    found = next_digest(request.viewer)
    nothing = Markup(
        '<!doctype html><html lang="{}"><head><title>{}</title></head><body><main><h1>{}</h1></main></body></html>'
    )
    words = _("Nothing would come now.")
    return _framed(found[1].html if found else nothing.format(get_language() or "fr", words, words))


def edit_network(request: Request) -> HttpResponse:
    """How much may leave by mail at all, and how often for those who never chose."""
    if request.method == "POST":
        given = request.POST
        rhythms.set_network_rule(
            by=request.viewer, level=_number(given.get("level", "")), rhythm=given.get("rhythm", "")
        )
        return go(request, "/admin/letters/", _("Saved."))
    rule = rhythms.network_rule()
    context = {
        "levels": rhythms.options(Level, rule.level),
        "rhythms": rhythms.options(Rhythm, rule.rhythm),
        "has_mail": mail.is_configured(),
        "subject": sample.letter_of(request.viewer, get_language() or "fr").subject,
    }
    return _with_frame(request, page(request, "web/mail/network.html", **context))


def show_sample(request: Request) -> HttpResponse:
    """A letter about nothing that exists, to see how they look."""
    return _framed(sample.letter_of(request.viewer, get_language() or "fr").html)


def edit_place(request: Request, space: Space) -> HttpResponse:
    """How much of what is written here may leave by mail."""
    if request.method == "POST":
        levels.set_place_level(space, _number(request.POST.get("level", "")), by=request.viewer)
        return go(request, f"{space.url}host/letters/", _("Saved."))
    return host_page(
        request,
        space,
        "web/mail/host.html",
        here="letters/",
        levels=rhythms.options(Level, levels.place_level(space)),
        ceiling=Level(rhythms.network_rule().level).label,
    )


def _framed(html: str) -> HttpResponse:
    """Links of a framed letter open beside the page: the frame itself may go nowhere."""
    response = HttpResponse(html.replace("<head>", '<head>\n<base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _with_frame(request: Request, response: HttpResponse) -> HttpResponse:
    response.headers["Content-Security-Policy"] = policy_for(request, frames="'self'")
    return response
