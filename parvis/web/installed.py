"""The site as an installed app: its manifest, its icons in the network's colour or with its logo, its worker script.

Not here: the addresses (web.routes.installed), what the worker does (static/js/worker.js).
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from parvis.kernel.files import site_store
from parvis.web.assets import FONTS, SCRIPTS, STATIC, STYLES, asset
from parvis.web.brand import DEFAULT_HUE, palette_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from parvis.web.models import Network

# name of an icon: its side in pixels, and whether systems cut their own shape out of it
ICONS = {"192": (192, False), "512": (512, False), "mask-512": (512, True), "touch-180": (180, True)}
# What a page needs to look as ever without network; the other files come when they are asked for.
LEFT_OUT = ("design.css", "files.js", "together.js")


def manifest_of(network: Network, language: str) -> dict[str, Any]:
    """The web app manifest in a language: names, colours and addresses of our own origin only."""
    palette = palette_of(network.hue or DEFAULT_HUE)
    return {
        "id": "/",
        "name": network.name or _("Parvis"),
        "short_name": (network.name or _("Parvis"))[:24],
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": palette.light["accent"],
        "icons": [
            {
                "src": icon_url(network, name),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": "maskable" if is_cut else "any",
            }
            for name, (side, is_cut) in ICONS.items()
            if not name.startswith("touch")
        ],
        "shortcuts": [
            {"name": _("Write something"), "url": "/publish/"},
            {"name": _("Notifications"), "url": "/notifications/"},
        ],
    }


def icon_url(network: Network, name: str) -> str:
    """The address of an icon; it changes with the logo and the colour."""
    return f"/brand/app/{name}.png?v={network.logo[:8]}{network.hue or DEFAULT_HUE}"


def icon_of(network: Network, name: str) -> bytes | None:
    """The PNG of an icon of this name, or None when there is no such icon."""
    if name not in ICONS:
        return None
    side, is_cut = ICONS[name]
    return _drawn(network.logo, network.hue or DEFAULT_HUE, side, is_cut)


@lru_cache(maxsize=16)
def _drawn(logo: str, hue: int, side: int, is_cut: bool) -> bytes:
    picture = _with_logo(logo, side, is_cut) if logo else _mark(hue, side, is_cut)
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _with_logo(logo: str, side: int, is_cut: bool) -> Image:
    """The logo, which we re-encoded ourselves when it came, in the middle of a white square."""
    from PIL import Image

    ground = Image.new("RGB", (side, side), "#ffffff")
    with site_store().open(logo) as source:
        own = Image.open(source).convert("RGBA")
    room = round(side * (0.56 if is_cut else 0.84))
    scale = min(room / own.width, room / own.height)
    own = own.resize((max(1, round(own.width * scale)), max(1, round(own.height * scale))))
    ground.paste(own, ((side - own.width) // 2, (side - own.height) // 2), own)
    return ground


def _mark(hue: int, side: int, is_cut: bool) -> Image:
    """Our own mark (static/img/icon.svg) on the network's colour, drawn four times as large, then reduced."""
    from PIL import Image, ImageDraw

    full = side * 4
    picture = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    accent = palette_of(hue).light["accent"]
    pen.rounded_rectangle((0, 0, full - 1, full - 1), 0 if is_cut else round(full * 9 / 32), fill=accent)
    scale = full / 32 * (0.78 if is_cut else 1)
    edge = (full - 32 * scale) / 2

    def at(*numbers: float) -> tuple[float, ...]:
        return tuple(edge + number * scale for number in numbers)

    thick = round(3 * scale)
    pen.arc(at(6.5, 4.1, 25.5, 23.1), 180, 360, fill="#ffffff", width=thick)
    for x in (8, 24):
        pen.rectangle(at(x - 1.5, 13.5, x + 1.5, 24), fill="#ffffff")
        pen.ellipse(at(x - 1.5, 22.5, x + 1.5, 25.5), fill="#ffffff")
    pen.ellipse(at(12.4, 16.4, 19.6, 23.6), fill="#f9b483")
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def worker_of(network: Network, language: str) -> str:
    """The service worker's script: the static files of this version and one page in this language, nothing else."""
    files = [asset(name) for name in (*STYLES, "icons.css", *SCRIPTS, *FONTS) if name not in LEFT_OUT]
    files.append(f"{settings.STATIC_URL}img/icon.svg")
    offline = f"/offline/?l={language}"
    text = (STATIC / "js" / "worker.js").read_text()
    shown = {"name": network.name or str(_("Parvis")), "icon": icon_url(network, "192")}
    version = hashlib.sha256(repr((text, files, offline, shown)).encode()).hexdigest()[:12]
    given = json.dumps({"version": version, "files": files, "offline": offline, **shown})
    return f"const GIVEN = {given};\n{text}"
