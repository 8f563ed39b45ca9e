"""The Jinja engine of our pages: where templates are found, and the globals and filters they may use.

Not here: the markup itself (templates/web) and what a request adds to the context (web.context).
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from django.apps import apps
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils import dateformat, timezone, translation
from django.utils.functional import cached_property
from markupsafe import Markup, escape

from parvis.web.assets import asset
from parvis.web.frame import kept
from parvis.web.icons import icon
from parvis.web.js_strings import writing_strings

NARROW_SPACE = "\u202f"
HUES = 10


class Templates(Jinja2):
    """Django's Jinja backend, looking into the `templates` folders of our own applications only.

    A library's own pages are thus out of reach: one that we haven't drawn fails loudly instead of coming out
    without our layout.
    """

    app_dirname = "templates"

    def __init__(self, params: dict[str, Any]) -> None:
        params = {**params, "OPTIONS": {**params["OPTIONS"]}}
        params["OPTIONS"].setdefault("environment", "parvis.web.jinja.environment")
        super().__init__(params)

    @cached_property
    def template_dirs(self) -> tuple[Path, ...]:
        """DIRS of the settings, then `templates/` of each installed parvis application."""
        own = [Path(app.path) / self.app_dirname for app in apps.get_app_configs() if _is_ours(app.name)]
        return (*map(Path, self.dirs), *(folder for folder in own if folder.is_dir()))


def _is_ours(name: str) -> bool:
    return name == "parvis" or name.startswith("parvis.")


def environment(**options: Any) -> jinja2.Environment:
    """The environment all pages share: autoescape on, gettext in its `_("…%(name)s", name=…)` style."""
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    options["autoescape"] = True
    options["extensions"] = [*options.get("extensions", []), "jinja2.ext.i18n", "jinja2.ext.do"]
    env = jinja2.Environment(**options)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        asset=asset,
        avatar=avatar,
        attributes=attributes,
        field_parts=field_parts,
        icon=icon,
        kept=kept,
        static=static,
        url=url,
        with_query=with_query,
        writing_strings=writing_strings,
    )
    env.filters.update(
        day_tag=day_tag, hue=hue, initials=initials, number=number, time_tag=time_tag, day_month=day_month
    )
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route; raises NoReverseMatch for an unknown one."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def with_query(address: str, **changes: Any) -> str:
    """`address` with query parameters added; those that are None or empty are left out."""
    pairs = {key: value for key, value in changes.items() if value not in (None, "")}
    if not pairs:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pairs, doseq=True)}"


def attributes(attrs: dict[str, Any] | None) -> Markup:
    """HTML attributes from a mapping: True gives a bare attribute, None and False give nothing."""
    if not attrs:
        return Markup("")
    parts = []
    for key, value in attrs.items():
        if value is None or value is False or isinstance(value, jinja2.Undefined):
            continue
        name = escape(key.replace("_", "-"))
        parts.append(Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value))
    return Markup("").join(parts)


def hue(key: object) -> int:
    """A steady number from 0 to 9 for a person or community without a colour of its own."""
    return hashlib.blake2s(str(key).encode(), digest_size=2).digest()[0] % HUES


def initials(name: str) -> str:
    """One or two capitals from a name: "Anne-Lise de Brie" gives "AB"."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    if not words:
        return "?"
    last = words[-1][0] if len(words) > 1 else ""
    return (words[0][0] + last).upper()


def avatar(person: Any, size: int = 36, label: str = "") -> Markup:
    """A person's face: the photo, loaded lazily, else initials on a steady colour.

    `size` is in pixels at normal text size: 20, 24, 28, 36, 44, 64, 96. Hidden from screen readers unless
    `label` is given, since the name nearly always stands beside it.
    """
    get = person.get if isinstance(person, dict) else lambda key, default=None: getattr(person, key, default)
    name = get("name") or ""
    alt = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    photo = get("photo_url")
    if photo:
        return Markup(
            '<img class="avatar avatar-{0}" src="{1}" alt="{2}" width="{0}" height="{0}" loading="lazy">'
        ).format(size, photo, label)
    letters = get("initials") or initials(name)
    number_of_hue = hue(get("id13") or get("id") or name)
    return Markup('<b class="avatar avatar-{} hue-{}" {}>{}</b>').format(size, number_of_hue, alt, letters)


def number(value: int | float | None) -> str:
    """A number grouped as the reader's language does: 1 521 in French, 1,521 in English."""
    if value is None or isinstance(value, jinja2.Undefined):
        return ""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    if (translation.get_language() or "").startswith("fr"):
        return text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def _pattern(with_time: bool) -> str:
    return "j M Y, H:i" if with_time else "j F Y"


def time_tag(moment: datetime | None, css: str = "") -> Markup:
    """`<time>` holding the absolute date and hour in the site's zone; the script makes it relative."""
    if not moment:
        return Markup("")
    if isinstance(moment, str):
        return Markup(moment)  # a hole left in a cached card, filled later
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    shown = dateformat.format(local, _pattern(with_time=True))
    extra = Markup(' class="{}"').format(css) if css else Markup("")
    return Markup('<time datetime="{}" data-relative{}>{}</time>').format(
        local.isoformat(timespec="seconds"), extra, shown
    )


def day_tag(day: date | datetime | None) -> Markup:
    """`<time>` holding a day in words, never made relative."""
    if not day:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(
        day.strftime("%Y-%m-%d"), dateformat.format(day, _pattern(with_time=False))
    )


def day_month(day: date | datetime) -> tuple[str, str]:
    """The two lines of a date tile: ("23", "nov.")."""
    return dateformat.format(day, "j"), dateformat.format(day, "M").lower()


def field_parts(field: Any, **attrs: Any) -> dict[str, Any]:
    """What the `field` macro needs of a Django bound field: control, kind, ids of hint and errors.

    The hint and the errors are tied to the control by aria-describedby, an invalid control says so by
    aria-invalid, and it takes no colour of its own: the stylesheet reads these attributes.
    """
    kind = type(field.field.widget).__name__
    error_id = f"{field.auto_id}_error"
    hint_id = f"{field.auto_id}_hint"
    described = [hint_id] if field.help_text else []
    described += [error_id] if field.errors else []
    given = {key.replace("_", "-"): value for key, value in attrs.items() if value not in (None, False)}
    if described:
        given["aria-describedby"] = " ".join(described)
    if field.errors:
        given["aria-invalid"] = "true"
    return {
        "kind": kind,
        "is_check": kind in ("CheckboxInput", "Switch"),
        "is_group": kind in ("RadioSelect", "CheckboxSelectMultiple"),
        "is_hidden": field.is_hidden,
        "hint_id": hint_id,
        "error_id": error_id,
        "control": field.as_widget(attrs=given),
        "described": " ".join(described),
    }
