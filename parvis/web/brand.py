"""One hue makes a brand: the accent's shades in both schemes, each pair of text and ground proven readable.

Colours are mixed in OKLCH (B. Ottosson, 2020), where equal lightness looks equal whatever the hue, and judged
by the contrast formula of WCAG 2. Not here: the other tokens (static/css/tokens.css) and the form (web.views).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused

DEFAULT_HUE = 260
LEAST = 4.5
GROUNDS = {"light": ("#ffffff", "#f1f2f6"), "dark": ("#161920", "#1d2129")}
# token: lightness and chroma, light then dark
SHADES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "accent": ((0.466, 0.163), (0.718, 0.127)),
    "accent-hover": ((0.412, 0.155), (0.783, 0.105)),
    "on-accent": ((1.0, 0.0), (0.158, 0.019)),
    "accent-soft": ((0.956, 0.022), (0.288, 0.048)),
    "accent-line": ((0.876, 0.055), (0.402, 0.072)),
    "link": ((0.455, 0.158), (0.783, 0.105)),
    "focus": ((0.545, 0.19), (0.735, 0.135)),
}
# text on ground: each must reach LEAST in both schemes
PAIRS = (("on-accent", "accent"), ("on-accent", "accent-hover"), ("accent", "accent-soft"))
ON_GROUNDS = ("accent", "link")


@dataclass(frozen=True)
class Palette:
    """The accent's shades for one hue, and the least contrast found among its pairs."""

    hue: int
    light: dict[str, str]
    dark: dict[str, str]
    contrast: float


def to_srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear-light OKLCH to gamma-coded sRGB; values outside 0–1 are colours a screen can't show."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _gamma(red), _gamma(green), _gamma(blue)


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def hex_of(lightness: float, chroma: float, hue: float) -> str:
    """The nearest colour a screen can show, keeping lightness and hue: chroma gives way."""
    while chroma > 0 and not all(-0.0005 <= value <= 1.0005 for value in to_srgb(lightness, chroma, hue)):
        chroma -= 0.004
    channels = to_srgb(lightness, max(chroma, 0.0), hue)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, value))):02x}" for value in channels)


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def hue_of(colour: str) -> int:
    """The hue, 0–359, of "#rrggbb". Raises Refused for what isn't a colour, or has no hue (greys)."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise Refused(_("Give a colour as # and six digits, such as #2454b3."))
    red, green, blue = (_linear(value) for value in _channels(colour))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    if math.hypot(a, b) < 0.02:
        raise Refused(_("Grey has no hue: choose a colour."))
    return round(math.degrees(math.atan2(b, a))) % 360


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two "#rrggbb" colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        red, green, blue = (_linear(value) for value in _channels(colour))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@lru_cache(maxsize=360)
def palette_of(hue: int) -> Palette:
    """The shades for a hue, corrected until every pair is readable. Raises Refused where none can be."""
    shades = {scheme: _scheme(hue % 360, scheme) for scheme in ("light", "dark")}
    least = min(_least(shades[scheme], scheme) for scheme in shades)
    if least < LEAST:
        raise Refused(_("No readable shade of this colour could be found; choose another."))
    return Palette(hue % 360, shades["light"], shades["dark"], round(least, 2))


def _scheme(hue: int, scheme: str) -> dict[str, str]:
    """Shades of one scheme; text colours go darker (lighter in the dark) step by step until readable."""
    index = 0 if scheme == "light" else 1
    away = -0.01 if scheme == "light" else 0.01
    shift, shades = 0.0, {}
    for _step in range(30):
        shades = {}
        for name, both in SHADES.items():
            lightness, chroma = both[index]
            moves = name in ("accent", "accent-hover", "link")
            shades[name] = hex_of(min(1.0, max(0.0, lightness + (shift if moves else 0.0))), chroma, hue)
        if _least(shades, scheme) >= LEAST:
            return shades
        shift += away
    return shades


def _least(shades: dict[str, str], scheme: str) -> float:
    pairs = [contrast(shades[text], shades[ground]) for text, ground in PAIRS]
    pairs += [contrast(shades[text], ground) for text in ON_GROUNDS for ground in GROUNDS[scheme]]
    return min(pairs)


def verdict(colour: str) -> tuple[Palette, str]:
    """For the live preview: the palette for "#rrggbb", and a sentence on how its own shade would have read."""
    palette = palette_of(hue_of(colour))
    own = contrast("#ffffff", colour)
    if own >= LEAST:
        return palette, _("Readable: white on this colour reaches %(ratio)s to 1.") % {"ratio": _ratio(own)}
    return palette, _(
        "White on this colour reaches only %(ratio)s to 1, and 4.5 are needed: a darker shade of it is used."
    ) % {"ratio": _ratio(own)}


def _ratio(value: float) -> str:
    # rounded down: 4.49 must not read as 4.5
    return number_format(math.floor(value * 10) / 10, 1)


def css_of(palette: Palette) -> str:
    """The stylesheet that overrides the accent's tokens, in their layer."""
    lines = "".join(f"--{name}:light-dark({palette.light[name]},{palette.dark[name]});" for name in SHADES)
    return f"@layer tokens{{:root{{{lines}}}}}"


def brand_url(hue: int | None) -> str:
    """The address of a network's stylesheet; empty for our own hue, which needs none."""
    return "" if hue is None or hue == DEFAULT_HUE else f"/brand.css?h={hue}"


def stylesheet(request: HttpRequest) -> HttpResponse:
    """GET /brand.css?h=HUE for everybody: depends on its address only, so it may be kept for a year."""
    asked = request.GET.get("h", "")
    hue = int(asked) % 360 if asked.isascii() and asked.isdigit() and len(asked) <= 4 else DEFAULT_HUE
    response = HttpResponse(css_of(palette_of(hue)), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
