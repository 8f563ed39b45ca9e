"""From a typed text to what is stored: Markdown kept, HTML and plain text cached, references bound.

Not here: the renderer (kernel.markdown) and who may write (contributions.actions).
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from parvis.contributions.marks import Attachment, Mention, Tag
from parvis.contributions.models import Body, Contribution, Reply
from parvis.kernel import markdown
from parvis.kernel.errors import Refused
from parvis.kernel.ids import decode
from parvis.kernel.words import fold, guess_language
from parvis.people.models import Person

if TYPE_CHECKING:
    from parvis.kernel.markdown import Rendered

MAX_BODY = 100_000  # characters
MAX_TITLE = 200
MAX_TAGS = 8
FILE_KEY = re.compile(r"/files/([0-9a-hjkmnp-tv-z]{13})/")


def checked(
    body: str, *, title: str = "", needs_title: bool = False, may_be_empty: bool = False
) -> tuple[str, str]:
    """The cleaned (title, Markdown) of a form. Raises Refused with the field at fault."""
    title, body = (
        " ".join(title.replace("\x00", "").split()),
        body.replace("\x00", "").replace("\r\n", "\n").strip(),
    )
    if needs_title and not title:
        raise Refused(_("Give it a title: one line that says what it is about."), field="title")
    if len(title) > MAX_TITLE:
        raise Refused(_("This title is too long: keep it under 200 characters."), field="title")
    if not body and not may_be_empty:
        raise Refused(_("Write a few words first."), field="body")
    if len(body) > MAX_BODY:
        raise Refused(
            _("This text is too long: keep it under 100,000 characters, or attach it as a file."),
            field="body",
        )
    return title, markdown.canonical(body)


def search_vector(title: str, text: str) -> Combinable:
    """What the word search indexes: folded words, those of the title first."""
    return SearchVector(Value(fold(title)), weight="A", config="simple") + SearchVector(
        Value(fold(text)[:200_000]), weight="B", config="simple"
    )


def write_body(contribution: Contribution, source: str) -> Rendered:
    """Stores the text of a contribution and its caches, and sets (without saving) its excerpt and language."""
    rendered = markdown.render(source)
    Body.objects.update_or_create(
        contribution=contribution,
        defaults={
            "source": source,
            "html": rendered.html,
            "text": rendered.text,
            "renderer_version": markdown.RENDERER_VERSION,
        },
    )
    contribution.excerpt = rendered.excerpt[:320]
    contribution.language = guess_language(f"{contribution.title} {rendered.text}")
    return rendered


def set_tags(contribution: Contribution, words: list[str]) -> None:
    """Makes these the tags of a contribution; folded, without doubles, eight at most."""
    labels = {fold(word.lstrip("#").strip())[:60]: word.lstrip("#").strip()[:60] for word in words}
    labels.pop("", None)
    kept = dict(list(labels.items())[:MAX_TAGS])
    contribution.tags.exclude(word__in=kept).delete()
    present = set(contribution.tags.values_list("word", flat=True))
    Tag.objects.bulk_create(
        Tag(
            contribution=contribution,
            space_id=contribution.space_id,
            audience=contribution.audience,
            word=word,
            label=label,
        )
        for word, label in kept.items()
        if word not in present
    )


def set_mentions(
    contribution: Contribution, ids: tuple[int, ...], *, reply: Reply | None = None
) -> list[int]:
    """Makes these the people mentioned in a text; returns those newly mentioned. Unknown ids are dropped."""
    rows = Mention.objects.filter(contribution=contribution, reply=reply)
    present = set(rows.values_list("person_id", flat=True))
    wanted = set(ids[:50])
    rows.exclude(person_id__in=wanted).delete() if present - wanted else None
    if not wanted - present:
        return []
    fresh = list(Person.objects.active().filter(id__in=wanted - present).values_list("id", flat=True))
    Mention.objects.bulk_create(
        Mention(
            contribution=contribution,
            reply=reply,
            person_id=person_id,
            space_id=contribution.space_id,
            audience=contribution.audience,
        )
        for person_id in fresh
    )
    return fresh


def bind_files(contribution: Contribution, source: str, *, by: Person, reply: Reply | None = None) -> None:
    """Ties the files a text shows to it. A file of another text is refused: nobody gains access by an id."""
    keys = _file_keys(source)
    if not keys:
        return
    for attachment in Attachment.objects.filter(id__in=keys):
        if attachment.contribution_id == contribution.id:
            continue
        if attachment.contribution_id is not None or attachment.uploader_id != by.id:
            raise Refused(
                _("A file in this text belongs to another one. Attach it again from your device."),
                field="body",
            )
        attachment.contribution, attachment.reply = contribution, reply
        attachment.space_id, attachment.audience = contribution.space_id, contribution.audience
        attachment.save(update_fields=["contribution", "reply", "space_id", "audience"])


def _file_keys(source: str) -> set[int]:
    """Keys of files a source shows; a number too large to be a key is nobody's file."""
    found = set()
    for key in FILE_KEY.findall(source):
        with suppress(ValueError):
            found.add(decode(key))
    return found
