"""What the house needs to know of shared pages. Not here: what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from parvis.access.roles import Role
from parvis.toolkit.notices import MENTION, NEW
from parvis.toolkit.sockets import SocketRoute
from parvis.toolkit.spec import Act, Kind, Tool, Versions
from parvis.tools.pages import actions, approving, bringing, bundle, linking, placing, showing, telling

if TYPE_CHECKING:
    from parvis.contributions.models import Contribution
    from parvis.people.models import Person


def acts(contribution: Contribution, viewer: Person, can: frozenset[str]) -> list[Act]:
    """What one does with a page besides reading it, on its page of acts."""
    if not contribution.is_published:
        return []
    if contribution.kind != PAGE.slug:
        if not bringing.may_become_page(contribution, can):
            return []
        hint = _("Its text, what came of it and its sources, ready to be written on by all")
        return [
            Act(
                _("Make a page of it"), "book-open", f"/go/{contribution.key}/pages/", is_post=True, hint=hint
            )
        ]
    base, found = f"/pages/{contribution.key}/", list[Act]()
    if actions.may_write(contribution, can):
        found.append(Act(_("Edit the page"), "pencil", base + "edit/"))
        found.append(Act(_("Put it elsewhere in the tree"), "corner-down-right", base + "place/"))
    return found


PAGE = Kind(
    slug="page",
    label=_("shared page"),
    verb=_("began a shared page"),
    icon="book-open",
    view="page",
    roles=frozenset({"note"}),
    draft=actions.draft_page,
    publish=actions.publish_page,
    face=showing.face,
    replies=(_("Comment"), _("comment"), _("comments")),
    revised=actions.revised,
    versions=Versions(
        current=approving.current_edition,
        url=lambda contribution, number: f"/pages/{contribution.key}/history/{number}/?view=text",
        settled=telling.approved,
    ),
    state_changed=placing.keep_below,
    edit_view="edit",
    history_view="history",
    dump=bundle.dump_page,
    load=bundle.load_page,
)

TOOL = Tool(
    slug="pages",
    label=_("Pages"),
    icon="book-open",
    promise=_("Texts that a community writes together and keeps true: who we are, how we do things."),
    kinds=(PAGE,),
    abilities={"pages.write": (Role.POSTER,), "pages.protect": (Role.HOST,)},
    position=35,
    acts=acts,
    remarks=bringing.remarks,
    mine=showing.mine,
    notice_classes={"page_changed": NEW, "page_taken": MENTION},
    notices={
        "page_changed": (
            "book-open",
            _("%(who)s changed a page you follow"),
            _("%(who)s have changed a page you follow"),
        ),
        "page_taken": (
            "pencil",
            _("%(who)s writes on in the page you had open: what you typed will be merged when you save"),
            _("%(who)s write on in the page you had open: what you typed will be merged when you save"),
        ),
    },
    text_written=linking.text_written,
    sockets=(SocketRoute("together", "pages.write", "parvis.tools.pages.together.room:serve"),),
)
