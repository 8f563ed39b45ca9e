"""The Jinja engine of our pages: where templates are found, and the globals and filters they may use.

Not here: the markup itself (templates/web) and what a request adds to the context (web.context).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from django.apps import apps
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from markupsafe import Markup, escape

from parvis.kernel.words import hue, initials
from parvis.toolkit.formats import day_month, day_tag, number, time_tag
from parvis.toolkit.molds import mold
from parvis.web.assets import address, asset
from parvis.web.frame import kept
from parvis.web.icons import icon
from parvis.web.js_strings import files_strings, kept_strings, together_strings, writing_strings


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
    env.template_class = Page
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        _=translated,
        gettext=translated,
        asset=asset,
        avatar=avatar,
        attributes=attributes,
        field_parts=field_parts,
        icon=icon,
        kept=kept,
        mold=mold,
        static=address,
        url=url,
        with_query=with_query,
        files_strings=files_strings,
        kept_strings=kept_strings,
        together_strings=together_strings,
        writing_strings=writing_strings,
    )
    env.filters.update(
        day_tag=day_tag, hue=hue, initials=initials, number=number, time_tag=time_tag, day_month=day_month
    )
    return env


class Page(jinja2.Template):
    """A template whose imported macros are made once: none of ours is given globals of its own at a render.

    Jinja compares all globals at each `{% from … import … %}`, which is a third of a page's drawing.
    """

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> Any:
        if self._module is None:
            self._module = self.make_module()
        return self._module


# Drawn words by language, without and with places for variables: sixty are asked for by every page.
WORDS: dict[tuple[str, str, bool], Markup] = {}


def translated(message: str, **variables: Any) -> Markup:
    """What Jinja's own newstyle gettext answers in the active language, each message looked up once."""
    key = (translation.get_language() or "", message, bool(variables))
    words = WORDS.get(key)
    if words is None:
        words = Markup(translation.gettext(message))
        words = WORDS[key] = words if variables else words % {}
    return words % variables if variables else words


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
    shade = get("hue")  # given where the person is a hole
    shade = hue(get("id13") or get("id") or name) if shade in (None, "") else shade
    return Markup('<b class="avatar avatar-{} hue-{}" {}>{}</b>').format(size, shade, alt, letters)


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
