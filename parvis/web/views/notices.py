"""The bell: what concerns the reader, newest first, what it rings for, and a box to answer in.

Not here: who is told what (attention).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.attention import actions, ignoring, rules
from parvis.attention.classes import classes, slugs_of_level
from parvis.attention.reading import find_notice, notices_of, unseen_by_class
from parvis.contributions.drafts import forget_draft
from parvis.contributions.models import Contribution
from parvis.contributions.reading import find_contribution, find_reply
from parvis.contributions.replies import reply
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.mailing.rhythms import settings_of
from parvis.membership.actions import set_level
from parvis.spaces.models import Level
from parvis.toolkit.notices import FOR_YOU, PLACES
from parvis.toolkit.pages import back, go, page
from parvis.toolkit.request import Request
from parvis.toolkit.routing import thing_path
from parvis.web.composer import composer_urls
from parvis.web.views import pushing
from parvis.web.views.accounts_settings import rail_links

HERE = "/notifications/"
RULES = "/settings/notifications/"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def show_notices(request: Request) -> HttpResponse:
    """The list; opening a thing clears its notices, so this page changes nothing."""
    asked = {name: request.GET.get(name, "") for name in ("level", "kind", "show")}
    bell = notices_of(
        request.viewer,
        only_unseen=asked["show"] == "unseen",
        before=_key(request.GET.get("before", "")),
        category=asked["kind"],
        level=asked["level"],
    )
    counts = unseen_by_class(request.viewer)
    return page(
        request,
        "web/notifications.html",
        lines=bell.lines,
        next=encode(bell.next) if bell.next else "",
        asked=asked,
        levels=_levels(counts),
        classes=_classes(counts, asked["level"]),
        unseen=sum(counts.get(one, 0) for one in _chosen(asked)),
        answering=request.GET.get("answer", ""),
        draft_urls=composer_urls,
    )


def _levels(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """The three levels: value, words, how many wait."""
    levels = ((FOR_YOU, _("For you")), (PLACES, _("My communities")))
    each = [
        (value, words, sum(counts.get(one, 0) for one in slugs_of_level(value))) for value, words in levels
    ]
    return [*each, ("", _("Everything"), sum(counts.values()))]


def _classes(counts: dict[str, int], level: str) -> list[tuple[Any, int]]:
    return [(one, counts.get(one.slug, 0)) for one in classes() if level in ("", one.level)]


def _chosen(asked: dict[str, str]) -> list[str]:
    """The classes that the page shows now."""
    if asked["kind"]:
        return [asked["kind"]]
    return [one.slug for one in classes() if asked["level"] in ("", one.level)]


def _key(text: str) -> int:
    try:
        return decode(text)
    except ValueError:
        return 0


def see_all(request: Request) -> HttpResponse:
    """Marks everything as seen, or one class or level; it can be taken back."""
    moment = actions.see_everything(
        by=request.viewer, category=request.POST.get("kind", ""), level=request.POST.get("level", "")
    )
    stamp = encode((moment - BEGINNING) // timedelta(microseconds=1))
    return go(request, back(request, HERE), _("All caught up."), undo=f"{HERE}unseen/{stamp}/")


def unsee(request: Request, moment: int) -> HttpResponse:
    """Takes back what was marked as seen all at once."""
    try:
        stamp = BEGINNING + timedelta(microseconds=moment)
    except OverflowError:
        raise NotFound from None
    actions.unsee(stamp, by=request.viewer)
    return go(request, HERE, _("They are back."))


def answer(request: Request, notice: int) -> HttpResponse:
    """Answers the thing a notice speaks of, from the list; refused, the page comes back with the text kept."""
    found = find_notice(notice, request.viewer)
    if found is None or found.contribution_id is None:
        raise NotFound
    contribution = find_contribution(found.contribution_id, request.viewer)
    parent = find_reply(contribution, found.thing_id) if found.thing_kind == "reply" else None
    body = request.POST.get("body", "")
    try:
        row = reply(contribution, body=body, by=request.viewer, parent=parent)
    except Refused as refusal:
        return _again(request, contribution, refusal, body, parent.key if parent else "")
    forget_draft(request.viewer, f"reply:{contribution.key}")
    actions.clear(contribution.id, by=request.viewer)
    where = f"{thing_path(contribution)}?reply={row.key}#r-{row.key}"
    return go(request, where if request.POST.get("then") == "open" else HERE, _("Posted."))


def _again(
    request: Request, contribution: Contribution, refusal: Refused, body: str, parent: str
) -> HttpResponse:
    return page(
        request,
        "web/things/reply_form.html",
        status=422,
        contribution=contribution,
        error=refusal.sentence,
        body=body,
        parent=parent,
        action=f"/go/{contribution.key}/reply/",
        title=_("Your reply"),
        side="",
        urls=composer_urls(f"reply:{contribution.key}", contribution.space),
    )


def tell_again(request: Request, contribution: Contribution) -> HttpResponse:
    """Takes back that a thread went quiet because its notices were left unopened."""
    ignoring.tell_again(contribution, by=request.viewer)
    return go(request, back(request, thing_path(contribution)), _("You will be told again."))


def show_rules(request: Request) -> HttpResponse:
    """What one is told of, in sentences and as a form: by class, by place, by thread."""
    if request.method == "POST":
        return _keep_rules(request)
    found = rules.rules_of(request.viewer)
    return page(
        request,
        "web/settings/notifications.html",
        links=rail_links(request),
        rules=found,
        mailing=settings_of(request.viewer),
        push=pushing.settings_of(request),
        places=[(encode(space.id), space) for space in found.places],
        sentences=rules.sentences_of(found),
        groups=[
            (_("For you"), [one for one in found.choices if one.of.level == FOR_YOU]),
            (_("From your communities"), [one for one in found.choices if one.of.level == PLACES]),
        ],
    )


def _keep_rules(request: Request) -> HttpResponse:
    actions.set_rules(request.POST.getlist("class"), by=request.viewer)
    for space in rules.places_of(request.viewer):
        level = request.POST.get(f"place-{encode(space.id)}", "")
        if level and level != str(space.my_level):
            set_level(
                space, int(level) if level in {str(one) for one in Level.values} else -1, by=request.viewer
            )
    return go(request, RULES, _("Saved."))
