"""Finding a date: a ballot asks about several moments, one is kept and becomes an event.

The ballot is asked for by its role and read through `ballots`: which tool holds it is none of the calendar's business.
Not here: what was typed (finding_forms), pages (views_finding), what they show (finding_shown).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.ballots.boxes import YES, Proposal
from parvis.ballots.models import Choice, Method, Vote
from parvis.contributions.actions import touch_card
from parvis.contributions.models import Contribution
from parvis.kernel import clock
from parvis.kernel.errors import NotFound, Refused
from parvis.toolkit import registry
from parvis.toolkit.days import span_in_words
from parvis.tools.calendar import inviting
from parvis.tools.calendar.actions import publish_event
from parvis.tools.calendar.asking import Plan
from parvis.tools.calendar.models import Answer, Question, moment, span
from parvis.tools.calendar.models import Choice as Said

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space
    from parvis.toolkit.spec import Kind

ROLE = "ballot"
FEWEST, MOST = 2, 30  # moments asked about


def kind_that_asks(on: set[str]) -> Kind | None:
    """The kind that can ask everybody, among the tools of these slugs; None: then no date can be found here."""
    found = registry.kind_among(on, ROLE)
    return found if found is not None and found.settle is not None else None


def ask_for_date(
    space: Space,
    plans: Sequence[Plan],
    *,
    title: str,
    body: str,
    by: Person,
    closes: str = "",
    is_secret: bool = False,
) -> Contribution:
    """Asks everybody in a space which of several moments suit them: yes, if need be, or no to each.

    The plans share zone, place and link. Who may: whoever may post there. Raises NotFound where nothing can ask,
    Refused (with the field at fault).
    """
    require("space.post", space, by=by)
    kind = kind_that_asks(registry.slugs_on(space))
    if kind is None:
        raise NotFound
    moments = {_proposal(plan): _begins(plan) for plan in plans}
    if not FEWEST <= len(moments) <= MOST:
        raise Refused(_("Propose two moments at least, thirty at most."), field="moments")
    if min(moments.values()) < clock.now() - timedelta(days=1):
        raise Refused(_("Propose moments that are still to come."), field="moments")
    options = {
        "choices": sorted(moments, key=moments.__getitem__),
        "method": Method.APPROVAL,
        "results": "always",
        "secret": is_secret,
        "closes": closes,
    }
    asked: Contribution = kind.publish(space, title=title, body=body, options=options, by=by)
    first = plans[0]
    Question.objects.create(contribution=asked, zone=first.zone, place=first.place, link=first.link)
    touch_card(asked, date_asked=True)
    return asked


def _begins(plan: Plan) -> datetime:
    return moment(plan.first_on, plan.starts, plan.zone)


def _proposal(plan: Plan) -> Proposal:
    """A moment as a choice: instants by its zone, or whole days; its text says it in full, for tables taken along."""
    if plan.starts is None:
        words = span_in_words(None, None, plan.first_on, plan.last_on, in_full=True)
        return Proposal(words, first_on=plan.first_on, last_on=plan.last_on)
    begins, over = span(plan.first_on, plan.last_on, plan.starts, plan.ends, plan.zone)
    with timezone.override(ZoneInfo(plan.zone)):
        words = span_in_words(begins, over, None, None, in_full=True)
    return Proposal(f"{words} ({plan.zone})", begins_at=begins, over_at=over)


def keep_moment(asked: Contribution, choice_id: int, *, by: Person) -> Contribution:
    """Makes an event of one of the moments asked about, closes the ballot with it, and tells people.

    It has the question's title, text, place and link; whoever said yes comes, whoever said if need be is invited;
    the question's author organises it too. Who may: the author and the hosts, where they may post. Raises NotFound,
    NotAllowed, Refused when one is kept already.
    """
    require("calendar.organise", asked, by=by)
    question = Question.objects.select_for_update().filter(contribution=asked).first()
    choice = Choice.objects.filter(pk=choice_id, box_id=asked.pk).first()
    kind = registry.kind(asked.kind)
    if question is None or choice is None or kind is None or kind.settle is None or not is_moment(choice):
        raise NotFound
    if question.event_id is not None:
        raise Refused(_("A moment has been kept already."))
    if "calendar" not in registry.slugs_on(asked.space):
        raise Refused(_("This community doesn't have the calendar switched on: ask its hosts."))
    plan = plan_of(question, choice)
    event = publish_event(
        asked.space, title=asked.title, body=asked.body.source, by=by, options={"plan": plan}
    )
    touch_card(event, asked_at=asked.key)
    told = _bring_along(event, asked, choice, plan, by=by)
    question.event = event
    question.save(update_fields=["event"])
    outcome = _("Kept: [%(when)s](%(url)s)") % {"when": choice.text, "url": f"/calendar/{event.key}/"}
    kind.settle(asked, outcome=outcome, by=by, told=told)
    return event


def is_moment(choice: Choice) -> bool:
    """Whether a choice stands for a moment, not for words alone."""
    return choice.begins_at is not None or choice.first_on is not None


def plan_of(question: Question, choice: Choice) -> Plan:
    """When and where the event would be, by the wall clock of the question's zone."""
    zone = question.zone
    if choice.begins_at is None or choice.over_at is None:
        first = choice.first_on or clock.today()
        return Plan(
            first, choice.last_on or first, None, None, zone, place=question.place, link=question.link
        )
    begins, over = (one.astimezone(ZoneInfo(zone)) for one in (choice.begins_at, choice.over_at))
    return Plan(
        begins.date(),
        over.date(),
        begins.time().replace(tzinfo=None),
        over.time().replace(tzinfo=None),
        zone,
        place=question.place,
        link=question.link,
    )


def _bring_along(
    event: Contribution, asked: Contribution, choice: Choice, plan: Plan, *, by: Person
) -> set[int]:
    """Answers and invitations of those who said that this moment suits them; a secret ballot says nothing of them.

    Returns who was told by it.
    """
    said = dict(Vote.objects.filter(choice=choice).values_list("person_id", "value"))
    here = inviting.readers_of(event.space, set(said))
    place = {"contribution": event, "space_id": event.space_id, "audience": event.audience}
    Answer.objects.bulk_create(
        Answer(person_id=key, original_on=plan.first_on, choice=Said.YES, answered_at=clock.now(), **place)
        for key, value in sorted(said.items())
        if value == YES and key in here
    )
    inviting.invite(event, set(said) & here, by=by)
    if asked.author_id != by.id and inviting.members_of(event.space, {asked.author_id}):
        inviting.set_organiser(event, asked.author_id, True, by=by)
    return (set(said) & here) | {by.id}
