"""What the pages of documents show: lines, sizes in words, previews. Not here: the reads, the markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.kernel import clock
from parvis.kernel.ids import encode
from parvis.toolkit.cards import author_of
from parvis.toolkit.formats import number
from parvis.toolkit.spec import Line, Section
from parvis.tools.documents import office, previewing, reading

if TYPE_CHECKING:
    from parvis.people.models import Person
    from parvis.spaces.models import Space

ICONS = {
    "picture": "file-image",
    "pdf": "file-text",
    "office": "file-text",
    "sound": "file-audio",
    "film": "file-video",
    "text": "file-text",
}


def size_words(size: int) -> str:
    """A size as people say it: 812 kB, 2.4 MB."""
    if size < 1000:
        return ngettext("%(n)s byte", "%(n)s bytes", size) % {"n": number(size)}
    for limit, words in ((1_000_000, _("%(n)s kB")), (1_000_000_000, _("%(n)s MB"))):
        if size < limit * 0.9995:
            return words % {"n": _short(size * 1000 / limit)}
    return _("%(n)s GB") % {"n": _short(size / 1e9)}


def _short(value: float) -> str:
    return number(round(value)) if value >= 10 else number(round(value, 1))


def change_words(size: int, before: int | None) -> str:
    """How much heavier or lighter a version is than the one before it."""
    if before is None or size == before:
        return ""
    if size > before:
        return _("%(size)s more") % {"size": size_words(size - before)}
    return _("%(size)s less") % {"size": size_words(before - size)}


def icon_of(media_type: str, link: str = "") -> str:
    """The drawing that stands for a file."""
    if link:
        return "external-link"
    if "spreadsheet" in media_type or media_type in ("text/csv", "application/vnd.ms-excel"):
        return "file-spreadsheet"
    if media_type in ("application/zip", "application/gzip", "application/x-7z-compressed"):
        return "file-archive"
    return ICONS.get(previewing.family(media_type), "file")


def type_words(name: str) -> str:
    """How a kind of file is called: its extension in capitals."""
    extension = name.rpartition(".")[2] if "." in name else ""
    return extension.upper() if 0 < len(extension) < 6 else _("file")


def face(row: Any) -> dict[str, Any]:
    """What a document's card says beyond the common: what file, how heavy, how many came with it."""
    card = row.card
    if card.get("lives_in"):
        return {
            "kind_label": _("document · lives in %(place)s") % {"place": card["lives_in"]},
            "kind_icon": "external-link",
        }
    others = card.get("others", 0)
    said = f"{type_words(row.title)} · {size_words(card.get('size', 0))}"
    if others:
        said += " · " + ngettext("with %(n)s other file", "with %(n)s other files", others) % {
            "n": number(others)
        }
    return {"kind_label": said, "kind_icon": icon_of(card.get("type", ""))}


def line_of(row: Any) -> dict[str, Any]:
    """One line of a list of documents."""
    is_locked = row.locked_until is not None and row.locked_until > clock.now()
    return {
        "id13": encode(row.id),
        "url": f"/documents/{encode(row.id)}/",
        "name": row.name,
        "icon": icon_of(row.media_type, row.link),
        "size": "" if row.link else size_words(row.size),
        "lives_in": row.lives_in,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
        "version": row.version,
        "is_model": row.is_model,
        "replies": row.reply_count,
        "locked_by": (row.locked_by or "") if is_locked else "",
        "is_locked": is_locked,
        "space": getattr(row, "space_name", ""),
    }


def folder_line(space: Space, row: Any) -> dict[str, Any]:
    """One folder of a list."""
    said = [ngettext("%(n)s file", "%(n)s files", row.files) % {"n": number(row.files)}]
    if row.folders:
        said.append(ngettext("%(n)s folder", "%(n)s folders", row.folders) % {"n": number(row.folders)})
    return {"url": folder_url(space, row.id), "name": row.name, "what": ", ".join(said)}


def discarded_line(row: Any) -> dict[str, Any]:
    """One folder in the community's bin."""
    said = ngettext("%(n)s file", "%(n)s files", len(row.files)) % {"n": number(len(row.files))}
    by = row.removed_by.display_name
    return {"id13": encode(row.id), "name": row.name, "what": said, "by": by, "at": row.removed_at}


def folder_url(space: Space, key: int | None) -> str:
    """The page of a folder, or of the top."""
    return f"{space.url}documents/" + (f"folders/{encode(key)}/" if key else "")


def trail(space: Space, path: list[Any]) -> list[dict[str, str]]:
    """Where one is: the community, its documents, the folders down to here."""
    steps = [
        {"label": space.name, "url": space.url},
        {"label": _("Documents"), "url": folder_url(space, None)},
    ]
    return steps + [{"label": one[1], "url": folder_url(space, int(one[0]))} for one in path]


def describe(
    row: Any, versions: list[Any], viewer: Person, can: frozenset[str], shown: int = 0
) -> dict[str, Any]:
    """A document as its page shows it, in the version of the number `shown` (the last, unless another is approved)."""
    line = line_of(row)
    last = next((one for one in versions if one.number == (shown or row.version)), None)
    if last is not None and last.number != row.version:
        said = {"version": last.number, "size": size_words(last.size)}
        line |= {**said, "changed_at": last.created_at, "changed_by": last.author_name}
    is_mine = row.locked_by_id == viewer.id
    may_change = "documents.change" in can
    return {
        **line,
        "link": row.link,
        "owner": row.owner,
        "file_url": f"{line['url']}file/{line['version']}/",
        "versions": len(versions),
        "locked_until": row.locked_until if line["is_locked"] else None,
        "is_my_lock": line["is_locked"] and is_mine,
        "may_change": may_change and (not line["is_locked"] or is_mine),
        "may_lock": may_change and not line["is_locked"] and not row.link,
        "may_unlock": may_change and line["is_locked"] and (is_mine or "contribution.move" in can),
        "preview": preview_of(row, last, line["url"]) if last else None,
        "note": last.note if last else "",
    }


def preview_of(row: Any, last: Any, url: str) -> dict[str, Any]:
    """What is shown in the page: drawn pages, a player, the words; else a sentence that says why not."""
    kind = previewing.family(last.media_type)
    pages = [
        {"url": f"{url}page/{last.number}/{place}/", "width": page[2], "height": page[3], "number": place}
        for place, page in enumerate(last.pages, 1)
    ]
    hidden = max(0, last.page_count - len(pages)) if kind == "pdf" else 0
    return {
        "kind": kind,
        "is_waiting": last.preview == "waiting",
        "pages": pages,
        "hidden": hidden,
        "text": last.text,
        "play_url": f"{url}play/{last.number}/"
        if kind in ("sound", "film") and last.preview == "ready"
        else "",
        "sentence": why_no_preview(last, kind),
        "page_count": last.page_count,
    }


def why_no_preview(last: Any, kind: str) -> str:
    """A sentence, where there is nothing or little to show."""
    if last.preview == "waiting":
        return _("The preview is being prepared: it will be here in a moment.")
    if kind == "office" and last.pages:
        most = office.MOST_PAGES
        return "" if last.page_count < most else _("The first %(n)s pages are shown here.") % {"n": most}
    if kind == "office" and not previewing.draws_office():
        return _(
            "This server shows the words of office files, not their pages: LibreOffice isn't installed on it."
        )
    if kind == "office" and last.preview == "ready":
        return _("Only the words of this file could be shown. Download it to see its pages.")
    if last.preview == "none":
        return _("No preview of this file. Download it to open it.")
    return ""


def version_line(row: Any, before: Any, last: int, url: str) -> dict[str, Any]:
    """One line of the table of versions."""
    return {
        "number": row.number,
        "name": row.name,
        "size": size_words(row.size),
        "change": change_words(row.size, before.size if before else None),
        "is_same": before is not None and before.sha256 == row.sha256,
        "at": row.created_at,
        "author": author_of(row),
        "note": row.note,
        "restored_from": row.restored_from,
        "is_last": row.number == last,
        "url": f"{url}file/{row.number}/",
    }


def beside_replies(versions: list[Any]) -> Any:
    """Tells of a reply on which version it was written, where the document has had several."""
    moments = sorted((one.created_at, one.number) for one in versions)

    def said(row: Any) -> str:
        before = [number for at, number in moments if at <= row.created_at]
        return _("on version %(n)s") % {"n": before[-1]} if before else ""

    return said if len(moments) > 1 else None


def mine(viewer: Person) -> list[Section]:
    """The files that the reader changed last."""
    lines = tuple(
        Line(
            row.name,
            f"/documents/{encode(row.id)}/",
            row.space_name,
            icon_of(row.media_type, row.link),
            row.changed_at,
        )
        for row in reading.edited_by(viewer)
    )
    return [
        Section(
            _("Files I edited"),
            "files",
            lines,
            "/documents/",
            _("What you bring or change is found again here."),
        )
    ]
