"""The composer's form: reading it, showing it. Not here: the views, and who will see the text (web.audience)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.utils.translation import gettext as _

from parvis.access.table import require
from parvis.contributions import templates
from parvis.contributions.actions import publish_draft, revise, unschedule
from parvis.contributions.attachments import keep_upload
from parvis.contributions.drafts import draft_at
from parvis.contributions.models import WAITING, Contribution
from parvis.kernel import markdown
from parvis.kernel.errors import NotAllowed, NotFound, Refused
from parvis.kernel.ids import decode, encode
from parvis.people.models import Person, names_of
from parvis.spaces.models import Space, SpaceKind, SpaceTool
from parvis.toolkit import registry
from parvis.toolkit.request import Request
from parvis.toolkit.spec import Kind, Option, Tool
from parvis.web import along, rewriting
from parvis.web.audience import audience_sentence
from parvis.web.moments import moment_to_come

if TYPE_CHECKING:
    from django.http import QueryDict


Offered = list[tuple[Tool, Kind, Option]]


def find_space(slug: str, viewer: Person) -> Space:
    """A space where the writer may post, by slug. Raises NotFound."""
    space = Space.objects.visible_to(viewer).filter(slug=slug[:80]).first()
    if space is None:
        raise NotFound
    return space


def options_of(space: Space, switched_on: list[str] | None = None) -> list[tuple[Tool, Kind, Option]]:
    """What may be published in a space: the options of the tools that are on. One query unless they are given."""
    on = registry.slugs_on(space, switched_on)
    return [
        (tool, kind, option)
        for tool in registry.tools()
        if tool.slug in on
        for kind in tool.kinds
        for option in kind.options
    ]


def option_slugs(space: Space) -> list[str]:
    """The slugs of the options of a space, for the script that shows them."""
    return [option.slug for _tool, _kind, option in options_of(space)]


def spaces_to_post_in(viewer: Person) -> list[Space]:
    """Where the writer may post: their own communities by name, then their personal space."""
    rows = (
        Space.objects.filter(memberships__person=viewer, archived_at=None)
        .exclude(kind=SpaceKind.EXCHANGE)
        .order_by("-kind", "name")
        .distinct()
    )
    hosted = set(viewer.memberships.filter(role="host").values_list("space_id", flat=True))
    return [space for space in rows if space.posting == "members" or space.id in hosted]


def publish_form(data: QueryDict, *, by: Person) -> Contribution:
    """Publishes what the form holds, by the kind's own action. Raises Refused, NotAllowed."""
    slug = data.get("space", "")
    if not slug:
        raise Refused(_("Choose where to publish it."), field="space")
    try:
        space = find_space(slug, by)
    except NotFound:
        raise Refused(_("Choose one of your communities."), field="space") from None
    require("space.post", space, by=by)
    chosen = data.get("kind", "")
    found = next(((kind, option) for _t, kind, option in options_of(space) if option.slug == chosen), None)
    if found is None:
        raise Refused(_("Choose what it is: this community doesn't offer that kind."), field="kind")
    kind, option = found
    source = rewriting.taken_up(data, by)
    if source is not None:
        rewriting.release_files(source)
    contribution: Contribution = kind.publish(
        space,
        title=data.get("title", ""),
        body=data.get("body", ""),
        by=by,
        options={**options_in(data), "mode": option.mode},
        at=moment_to_come(data.get("publish_at", "")),
        is_draft=data.get("do") == "draft",
        tags=tags_of(data),
    )
    along.write(contribution, data, by=by)
    if source is not None:
        rewriting.put_away(source, by=by)
    return contribution


def options_in(data: Mapping[str, Any]) -> dict[str, str]:
    """What a kind's own fields hold: those named opt_<name>, by name."""
    return {name[4:]: str(value) for name, value in data.items() if name.startswith("opt_")}


def with_files(data: QueryDict, files: Mapping[str, Any], *, by: Person) -> QueryDict:
    """The form with each file of a kind's own field kept, and its key as opt_<name>_id (as the script sends it)."""
    if not files:
        return data
    full = data.copy()
    for name, given in files.items():
        if name.startswith("opt_") and given:
            full[f"{name}_id"] = encode(keep_upload(given, alt="", by=by).id)
    return full


def tags_of(data: Mapping[str, Any]) -> list[str]:
    """The words of the tags field, separated by commas."""
    return [word for word in str(data.get("tags", "")).split(",") if word.strip()][:20]


def revise_form(contribution: Contribution, data: QueryDict, *, by: Person) -> None:
    """Changes a contribution as the form says, its kind's own fields included. Raises Refused."""
    version = data.get("version", "")
    revise(
        contribution,
        title=data.get("title", ""),
        body=data.get("body", ""),
        by=by,
        tags=tags_of(data),
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
        needs_title=has_title(contribution),
        may_be_empty=not needs_body(contribution),
    )
    kind_of(contribution).revised(contribution, options=options_in(data), by=by)
    if contribution.state in WAITING:
        along.write(contribution, data, by=by)


def after_revision(contribution: Contribution, data: QueryDict, *, by: Person) -> str:
    """Publishes what waited when the form asks for it; returns the sentence to show, "" when it was published."""
    if contribution.state not in WAITING:
        return _("Changed. The previous text stays in the history.")
    if data.get("do") == "draft":
        unschedule(contribution, by=by)
        return _("Kept as a draft: only you can see it.")
    publish_draft(contribution, by=by, at=moment_to_come(data.get("publish_at", "")))
    return ""


def kind_of(contribution: Contribution) -> Kind:
    """The installed kind of a contribution that has just been found."""
    return registry.kinds()[contribution.kind][1]


def has_title(contribution: Contribution) -> bool:
    """Whether a contribution's kind asks for a title."""
    return bool(contribution.title) or any(
        option.title == "required" for option in kind_of(contribution).options
    )


def needs_body(contribution: Contribution) -> bool:
    """Whether a text is asked of a contribution's kind: of what has no title always."""
    options = kind_of(contribution).options
    return not has_title(contribution) or not options or any(option.needs_body for option in options)


def form_context(request: Request, error: Refused | NotAllowed | None) -> dict[str, Any]:
    """What the composer's page shows: the form as it was typed, or the draft left there, or an empty one."""
    viewer = request.viewer
    spaces = spaces_to_post_in(viewer)
    template, greeted = template_asked(request), greeted_in(request)
    place = draft_place(request)
    source = rewriting.taken_up({**request.GET.dict(), **request.POST.dict()}, viewer)
    draft = draft_at(viewer, place) if request.method == "GET" else None
    typed: Mapping[str, Any] = (
        request.POST if request.method == "POST" else {**(draft.fields if draft else {})}
    )
    if source is not None and not typed:
        typed = rewriting.typed_of(source)
    if template is not None and not typed:
        typed = {"title": template.title, "body": template.body, "kind": template.option}
    if request.GET.get("title") and not typed:  # such as a question that the search had no answer to
        typed = {"title": request.GET["title"][:200]}
    chosen = request.GET.get("kind") or typed.get("kind") or ""
    if greeted and not typed:
        typed = {"body": greeted[1] + " "}
    space = _place(spaces, request.GET.get("space") or typed.get("space") or "")
    here = options_of(space) if space else _offered_in(spaces)
    every = options_anywhere(here)
    current = next((option for _t, _k, option in here if option.slug == chosen), here[0][2] if here else None)
    return {
        "spaces": spaces,
        "space": None,
        "place": space,
        "typed": typed,
        "draft": draft,
        "draft_id": encode(draft.id) if draft else "",
        "saved_at": draft.saved_at.isoformat() if draft else "",
        "kinds": [
            {
                "value": option.slug,
                "label": option.label,
                "icon": option.icon,
                "title": option.title,
                "is_current": option is current,
                "rich": option.is_long,
                "needs_body": option.needs_body,
                "is_offered": found in here,
            }
            for found in every
            for option in found[2:]
        ],
        "current": current,
        "extras": extras_of(spaces, every, current, typed),
        "alongs": along.offered(every, current, typed, source),
        "taken_up": source.key if source is not None else "",
        "begun_from": template,
        "greeted": greeted[0] if greeted else "",
        "begun": begun_kind(request),
        "error": error,
        "field": getattr(error, "field", ""),
        "sentence": audience_sentence(space, viewer)
        if space
        else _("Choose where: who will read it is said here."),
        "urls": composer_urls(place),
    }


def _place(spaces: list[Space], wanted: str) -> Space | None:
    """The place asked for, or the only one there is; otherwise the writer chooses: who will read is never a guess."""
    if len(spaces) == 1:
        return spaces[0]
    return next((space for space in spaces if space.slug == wanted), None)


def _offered_in(spaces: list[Space]) -> Offered:
    """The options that at least one of these spaces offers, in the order of tools. One query."""
    on: dict[int, list[str]] = {}
    for space_id, slug in SpaceTool.objects.filter(space__in=spaces).values_list("space_id", "slug"):
        on.setdefault(space_id, []).append(slug)
    offered = {option.slug for space in spaces for _t, _k, option in options_of(space, on.get(space.id, []))}
    return [found for found in options_anywhere([]) if found[2].slug in offered]


def extras_of(
    spaces: list[Space],
    options: list[tuple[Tool, Kind, Option]],
    current: Option | None,
    typed: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """What kinds ask besides title and text: each one's template and what it is drawn with."""
    kinds = list({kind.slug: kind for _tool, kind, _option in options if kind.extra_fields}.values())
    return [
        {
            "template": kind.extra_fields,
            "only": " ".join(option.slug for option in kind.options),
            "is_shown": current in kind.options,
            **kind.extra_context(spaces, typed=typed),
        }
        for kind in kinds
    ]


def options_anywhere(here: Offered) -> Offered:
    """The options of the chosen place first, then every other: the script offers them when the place changes."""
    others = [
        (tool, kind, option) for tool in registry.tools() for kind in tool.kinds for option in kind.options
    ]
    return [*here, *(found for found in others if found not in here)]


def template_asked(request: Request) -> templates.ContentTemplate | None:
    """The content template that the address names, in the writer's language, with the option it opens."""
    slug = request.POST.get("template", "") or request.GET.get("template", "")
    found = templates.find(slug, request.LANGUAGE_CODE)
    if found is None:
        return None
    kind = registry.kind(found.kind)
    options = kind.options if kind else ()
    option = next(
        (one for one in options if found.mode in (one.slug, one.mode)), options[0] if options else None
    )
    return replace(found, option=option.slug if option else "")


def greeted_in(request: Request) -> tuple[str, str] | None:
    """The key of the person one is about to greet, and their mention as the composer shows it; None for nobody."""
    key = request.POST.get("to", "") or request.GET.get("to", "")
    try:
        names = names_of({decode(key)})
    except ValueError:
        return None
    return (key, markdown.with_names(f"@[](person:{key})", names)) if names else None


def draft_place(request: Request) -> str:
    """Where what is typed in this form is kept: one place for each example, person greeted and kind begun.

    The kind is that of the address: chosen anew in the form, the text stays what was begun there.
    """
    template, greeted = template_asked(request), greeted_in(request)
    source = rewriting.taken_up({**request.GET.dict(), **request.POST.dict()}, request.viewer)
    if source is not None:
        return f"from:{source.key}"
    if template:
        return f"template:{template.slug}"
    if greeted:
        return f"to:{greeted[0]}"
    begun = begun_kind(request)
    return f"new:{begun}" if begun else "new"


def begun_kind(request: Request) -> str:
    """The option that the address of the composer names, if there is one of that name; "" otherwise."""
    asked = request.POST.get("begun", "") if request.method == "POST" else request.GET.get("kind", "")
    known = {option.slug for _tool, _kind, option in options_anywhere([])}
    return asked if asked in known else ""


def composer_urls(place: str, space: Space | None = None) -> dict[str, str]:
    """The addresses the composer's script asks; `space`, where it is settled: who can't see it is said of a mention."""
    return {
        "draft": f"/drafts/{place}/",
        "people": f"/people/suggest/?space={space.slug}" if space else "/people/suggest/",
        "tags": "/tags/suggest/",
        "upload": "/upload/",
        "preview": "/publish/preview/",
        "audience": "/publish/audience/",
        "similar": "/publish/similar/",
        "editor": static("vendor/editor/editor.js"),
        "editor_css": static("vendor/editor/editor.css"),
    }


def edit_context(
    request: Request, contribution: Contribution, error: Refused | NotAllowed | None
) -> dict[str, Any]:
    """What the edit page shows: the text with the names of those it mentions, or what was typed."""
    source = contribution.body.source
    named = markdown.with_names(source, names_of(markdown.mentions_in(source)))
    labels = ", ".join(contribution.tags.values_list("label", flat=True))
    stored = {"title": contribution.title, "body": named, "tags": labels, "version": contribution.version}
    kind, typed = kind_of(contribution), request.POST if error else stored
    extra = {"template": kind.edit_fields, **kind.edit_context(contribution, typed=request.POST)}
    return {
        "contribution": contribution,
        "error": error,
        "typed": typed,
        "has_title": has_title(contribution),
        "needs_body": needs_body(contribution),
        "alongs": along.offered_on(contribution, request.POST),
        "may_change_kind": rewriting.may_change(contribution),
        "is_long": any(option.is_long for option in kind.options),
        "extra": extra if kind.edit_fields else None,
        "version": request.POST.get("version") if error else contribution.version,
        "urls": composer_urls(f"edit:{contribution.key}", contribution.space),
        "is_waiting": contribution.state in WAITING,
        "sentence": audience_sentence(contribution.space, request.viewer)
        if contribution.state in WAITING
        else "",
    }
