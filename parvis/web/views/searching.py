"""The search page, and what the search box offers while one types. Nothing asked here is kept anywhere.

Not here: finding (parvis.search), what the page shows of it (web.answers), searches kept by name (web.views.searches).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _

from parvis.kernel.highlight import mark_text, sought
from parvis.kernel.words import fold
from parvis.search import engine
from parvis.search.asking import parse
from parvis.search.saved import saved_of
from parvis.toolkit.pages import page
from parvis.toolkit.request import Request
from parvis.web import answers, commands
from parvis.web.search import count_knowing

TYPED = 200
GROUPS = ("space", "person", "tag", "thing", "word")
ICONS = {"person": "user", "space": "users-round", "tag": "hash", "thing": "file-text", "word": "search"}


def search(request: Request) -> HttpResponse:
    """What the reader may see that answers, best or newest first."""
    asked = answers.read_asked(request.GET)
    question = parse(asked.text)
    answer = engine.search(question, request.viewer, page=asked.page, newest=asked.order == "new")
    nothing = answer.is_empty and not question.is_empty
    meant = tuple(word for _typed, word in answer.corrected)
    return page(
        request,
        "web/search.html",
        asked=asked,
        answer=answer,
        unread=parse(request.GET.get("q", "")).unread,
        hits=[answers.describe_hit(one, question, meant) for one in answer.hits],
        chips=answers.chips(asked, question, answer.facets),
        facets=answers.describe_facets(answer, asked),
        writers=answers.describe_writers(answer, asked),
        how_many=answers.how_many(answer),
        knowing=count_knowing(asked.words) if nothing else 0,
        saved=_saved(request) if question.is_empty else [],
    )


def _saved(request: Request) -> list[dict[str, str]]:
    return [
        {"name": one.name, "text": one.text, "url": answers.asked_of(one.text).address(order="new")}
        for one in saved_of(request.viewer)
    ]


def menu(request: Request) -> HttpResponse:
    """The menu that the search box opens, as it is before anything is typed."""
    return page(request, "web/_finder.html", groups=_groups(request, ""))


def suggest(request: Request) -> HttpResponse:
    """The lines of that menu for the words so far: what bears them, and what may be done."""
    return page(request, "web/_finder_list.html", groups=_groups(request, request.GET.get("q", "")))


def _groups(request: Request, typed: str) -> list[dict[str, Any]]:
    """Groups of options, numbered through; ">" before the words asks for acts only."""
    typed = typed.strip()[:TYPED]
    text, only_acts = typed.removeprefix(">").strip(), typed.startswith(">")
    groups = [] if only_acts or not text else [_everything(text), *_found(text, request)]
    words = sought(text)
    for title, found in commands.groups(request, text, request.GET.get("space", "")[:80]):
        lines = [
            {**vars(one), "parts": mark_text(one.label, words, begun=True), "is_first": only_acts and text}
            for one in found
        ]
        groups.append({"title": title, "options": lines})
    every = [one for group in groups for one in group["options"]]
    for number, one in enumerate(every):
        one["n"] = number
        one["is_first"] = bool(one.get("is_first")) and number == 0
    return groups


def _everything(text: str) -> dict[str, Any]:
    label = _("Search everything for “%(words)s”") % {"words": text}
    line = {"parts": ((label, False),), "icon": "search", "url": f"/search/?{urlencode({'q': text})}"}
    return {"title": _("Search"), "options": [line]}


def _found(text: str, request: Request) -> list[dict[str, Any]]:
    titles = {
        "space": _("Communities"), "person": _("People"), "tag": _("Tags"), "thing": _("Contributions"),
        "word": _("Words in use"),
    }  # fmt: skip
    words = tuple(fold(text).split())
    found = engine.suggest(text, request.viewer)
    grouped = [(name, [one for one in found if one.group == name]) for name in GROUPS]
    return [
        {"title": titles[name], "options": [_line(one, words) for one in lines]}
        for name, lines in grouped
        if lines
    ]


def _line(one: engine.Suggestion, words: tuple[str, ...]) -> dict[str, Any]:
    return {
        "parts": mark_text(one.label, words, begun=True),
        "name": one.label,
        "group": one.group,
        "icon": ICONS[one.group],
        "url": one.url,
        "hint": one.sub,
    }
