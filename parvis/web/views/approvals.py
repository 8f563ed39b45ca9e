"""Pages of approvals: ask, answer, replace somebody, the history of a thing, a community's overview.

Not here: the panel on a thing's own page (web/_state.html), the writes (approvals.actions).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.approvals import actions, reading
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.kernel.ids import encode
from parvis.people.models import Person
from parvis.spaces.models import Audience, Space
from parvis.toolkit import registry
from parvis.toolkit.pages import go, page
from parvis.toolkit.request import Request
from parvis.toolkit.routing import thing_path
from parvis.toolkit.spec import Versions
from parvis.web.views.communities_host import host_page
from parvis.web.views.communities_invite import chosen_people, decode_keys, find_guests

USUAL = timedelta(days=7)


def versions_of(contribution: Contribution) -> Versions:
    """How the versions of this kind are told apart. Raises NotFound for a kind without."""
    kind = registry.kind(contribution.kind)
    if kind is None or kind.versions is None:
        raise NotFound
    return kind.versions


def form_page(
    request: Request,
    contribution: Contribution,
    template: str,
    write: Callable[[], Any],
    done: str,
    **more: Any,
) -> HttpResponse:
    """A form upon a thing; refused, it comes back filled."""
    error: Refused | None = None
    searches = request.POST.get("do") == "search"
    if request.method == "POST" and not searches:
        try:
            write()
        except Refused as refusal:
            error = refusal
        else:
            return go(request, thing_path(contribution), done)
    words = request.POST.get("who", "").replace("\x00", "") if searches else ""
    return page(
        request,
        template,
        status=422 if error else 200,
        contribution=contribution,
        error=error,
        typed=request.POST,
        words=words,
        found=readers_named(words, contribution.space),
        guests_url=f"/people/suggest/?space={contribution.space.slug}",
        base=f"/go/{contribution.key}/approval/",
        at=thing_path(contribution),
        **more,
    )


def readers_named(words: str, space: Space) -> list[Person]:
    """Colleagues of this name who may read the space, a few; none before a name is typed."""
    found = find_guests(words) if words else []
    if space.audience == Audience.EVERYBODY or not found:
        return found
    return list(Person.objects.filter(id__in=[one.id for one in found], memberships__space=space).by_name())


def ask(request: Request, contribution: Contribution) -> HttpResponse:
    """Whom to ask, in which order, by when."""
    versions = versions_of(contribution)
    edition = versions.current(contribution)
    if edition is None:
        raise NotFound

    def write() -> None:
        actions.ask(
            contribution,
            versions.current,
            decode_keys(request.POST.getlist("person")),
            by=request.viewer,
            is_in_order=request.POST.get("order") == "order",
            due_on=day_of(request.POST.get("due", "")),
            word=request.POST.get("word", ""),
            seen=request.POST.get("seen", ""),
        )

    before = [] if request.POST else reading.history_of(contribution)[:1]
    return form_page(
        request,
        contribution,
        "web/approvals/ask.html",
        write,
        _("Asked. They are told, and so will you be."),
        edition=edition,
        chosen=chosen_people(request) if request.POST else asked_before(before, request.viewer),
        in_order=request.POST.get("order") == "order" or any(one.is_in_order for one in before),
        due=request.POST.get("due", (clock.today() + USUAL).isoformat()),
        today=clock.today().isoformat(),
    )


def asked_before(before: list[reading.Shown], viewer: Person) -> list[Person]:
    """Those asked the last time who can still answer, in their order: they are proposed again."""
    keys = [one.id for shown in before for one in shown.people if not one.is_gone and one.id != viewer.id]
    found = Person.objects.active().in_bulk(keys) if keys else {}
    return [found[key] for key in keys if key in found]


def day_of(text: str) -> date | None:
    """A day typed in a form; None when empty. Raises Refused for anything else."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Write the day, for example 2027-01-15."), field="due") from None


def key_of(text: str) -> int:
    """One key of a form, 0 for anything else."""
    return next(iter(decode_keys([text])), 0)


def answer(request: Request, contribution: Contribution) -> HttpResponse:
    """Approves, or refuses with a reason."""
    is_approved, review = request.POST.get("do") == "approve", key_of(request.POST.get("review", ""))

    def write() -> None:
        reason = request.POST.get("reason", "")
        actions.answer(contribution, review, by=request.viewer, is_approved=is_approved, reason=reason)

    done = _("Approved. Thank you.") if is_approved else _("Refused. They are told why.")
    return form_page(
        request,
        contribution,
        "web/approvals/answer.html",
        write,
        done,
        review=encode(review) if review else "",
    )


def withdraw(request: Request, contribution: Contribution) -> HttpResponse:
    """Asks no longer."""
    actions.withdraw(contribution, by=request.viewer)
    return go(request, thing_path(contribution), _("Withdrawn: nobody is waited for."))


def replace(request: Request, contribution: Contribution) -> HttpResponse:
    """Somebody else in the place of one who hasn't answered."""
    shown = next((one for one in reading.history_of(contribution) if one.state == "review"), None)
    given = request.POST.get("old") or request.GET.get("old", "")
    old = next((one for one in shown.people if one.id == key_of(given)), None) if shown else None
    if shown is None or old is None or old.answer:
        raise NotFound
    actions.require_lead(contribution, shown.asker_id, by=request.viewer)

    def write() -> None:
        new = next(iter(decode_keys(request.POST.getlist("person"))), None)
        if new is None and request.POST.get("do") != "without":
            raise Refused(_("Choose at least one person."), field="person")
        actions.replace(
            contribution, old.id, None if request.POST.get("do") == "without" else new, by=request.viewer
        )

    done = _("Done. Whoever is asked now is told.")
    more = {
        "old": old,
        "old_key": encode(old.id),
        "chosen": chosen_people(request),
        "others": len(shown.people) - 1,
    }
    return form_page(request, contribution, "web/approvals/replace.html", write, done, **more)


def show_history(request: Request, contribution: Contribution) -> HttpResponse:
    """Every approval asked of a thing; those who don't work on it see those that were given."""
    versions = versions_of(contribution)
    rows, me = reading.history_of(contribution), request.viewer.id
    is_concerned = any(row.tells(me, contribution.author_id) for row in rows)
    sees_all = is_concerned or reading.works_on(contribution, request.viewer)
    reviews = [
        {
            "row": row,
            "url": versions.url(contribution, row.number),
            "tells": row.tells(me, contribution.author_id),
        }
        for row in rows
        if sees_all or row.state in ("approved", "former")
    ]
    return page(
        request,
        "web/approvals/history.html",
        contribution=contribution,
        reviews=reviews,
        at=thing_path(contribution),
    )


def list_here(request: Request, space: Space) -> HttpResponse:
    """What a community's approvals wait for, and how the last ones ended."""
    rows = reading.in_space(space)
    labels = {slug: kind.icon for slug, (_tool, kind) in registry.kinds().items()}
    lines = [
        {"row": row, "url": f"/go/{encode(row.contribution_id)}/", "icon": labels[row.kind]} for row in rows
    ]
    return host_page(
        request,
        space,
        "web/approvals/overview.html",
        here="approvals/",
        waiting=[one for one in lines if one["row"].state == "review"],
        settled=[one for one in lines if one["row"].state != "review"],
        today=clock.today(),
    )
