"""Pictures: decoded, turned upright, sized, re-encoded without metadata. Not here: what a person is told.

The payload is one line of JSON (the order), then the picture; the answer is the same (width, height, media
type), then the new picture.
"""

from __future__ import annotations

# Imported for their effect, here and below: Pillow would load them while decoding, behind the walls.
import copy  # noqa: F401  animated GIF
import io
import json
import warnings
from typing import Any

from PIL import (
    Image,
    ImageCms,
    ImageColor,  # noqa: F401
    ImageOps,
    MpoImagePlugin,  # noqa: F401  what many telephones call a JPEG
    TiffImagePlugin,  # noqa: F401  EXIF is a TIFF
    WebPImagePlugin,  # noqa: F401
)

from parvis.kernel.sandbox_child import Declined

Image.preinit()  # GIF, JPEG, PNG, and two that `READABLE` leaves out of reach

READABLE = ("GIF", "JPEG", "PNG", "WEBP")
MAX_PIXELS = 64_000_000  # 256 MB once decoded
MAX_DRAFT_PIXELS = 256_000_000  # a JPEG can be decoded at 1/2, 1/4, 1/8 straight from its coefficients
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


def prepare(payload: bytes) -> bytes:
    """Fit the picture in a square of `max_side` and encode it as `format` ("auto", "webp", "jpeg", "png")."""
    order, data = _split(payload)
    source = _open(data, order["max_side"])
    image = _draw(source, order["max_side"])
    kind, encoded = _encode(image, order["format"], is_drawing=source.format in ("PNG", "GIF"))
    return _join(image, kind, encoded)


def avatar(payload: bytes) -> bytes:
    """Crop the picture to a square of `side` and encode it in at most `max_bytes`."""
    order, data = _split(payload)
    side = order["side"]
    image = _draw(_open(data, side * 2), None)
    # Faces stand above the middle of a portrait.
    image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    for quality in (82, 74, 66, 58, 48, 36, 24, 10, 0):
        encoded = _save(image, "WEBP", quality=quality, method=6)
        if len(encoded) <= order["max_bytes"]:
            return _join(image, "webp", encoded)
    raise Declined("too_detailed")


def _open(data: bytes, wanted_side: int) -> Image.Image:
    """The picture, not yet decoded, and small enough to be."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # our own limit, below, is checked before any decoding
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE)
    except MemoryError:
        raise
    except Exception:
        raise Declined("unreadable") from None
    width, height = image.size
    if image.format in ("JPEG", "MPO") and width * height <= MAX_DRAFT_PIXELS:
        image.draft(None, (wanted_side * 2, wanted_side * 2))
        width, height = image.size
    if width * height > MAX_PIXELS:
        raise Declined("too_large")
    return image


def _draw(image: Image.Image, max_side: int | None) -> Image.Image:
    """The first frame in sRGB, upright, at most `max_side` wide and high."""
    profile = image.info.get("icc_profile")
    try:
        image.load()
    except MemoryError:
        raise
    except Exception:
        raise Declined("unreadable") from None
    try:
        turn = image.getexif().get(_ORIENTATION)
    except Exception:
        turn = None  # a broken EXIF block is no reason to refuse the picture
    image = _in_srgb(image, profile)
    if max_side:
        image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA; colours converted from the profile, which is then dropped with all other metadata."""
    has_alpha = image.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            output = mode if image.mode != "L" else "RGB"
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=output)
            if converted is not None:
                return _as_mode(converted, mode)
        except Exception:
            # A profile that cannot be read: take the numbers for sRGB, as browsers do.
            return _as_mode(image, mode)
    return _as_mode(image, mode)


def _as_mode(image: Image.Image, mode: str) -> Image.Image:
    """The picture in this mode, without the copy that Pillow would make of one that is."""
    return image if image.mode == mode else image.convert(mode)


def _encode(image: Image.Image, wanted: str, *, is_drawing: bool) -> tuple[str, bytes]:
    """The encoded picture and what it is encoded as."""
    if wanted == "jpeg":
        return "jpeg", _save(_on_white(image), "JPEG", quality=85, optimize=True, progressive=True)
    if wanted == "png":
        return "png", _save(image, "PNG", optimize=True)
    photograph = _save(image, "WEBP", quality=82, method=4)
    if is_drawing:
        # Screenshots and drawings: exact when that costs little, letters stay sharp.
        exact = _save(image, "WEBP", lossless=True, quality=40, method=2)
        if len(exact) <= 1.5 * len(photograph):
            return "webp", exact
    return "webp", photograph


def _on_white(image: Image.Image) -> Image.Image:
    """The picture without transparency."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _save(image: Image.Image, encoder: str, **options: object) -> bytes:
    """Encode the pixels alone: a fresh image carries no EXIF, comment, profile or text."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    target = io.BytesIO()
    bare.save(target, encoder, **options)
    return target.getvalue()


def _split(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """The order and the picture."""
    order, _, data = payload.partition(b"\n")
    return json.loads(order), data


def _join(image: Image.Image, kind: str, encoded: bytes) -> bytes:
    """The answer."""
    about = {"media_type": f"image/{kind}", "width": image.width, "height": image.height}
    return json.dumps(about).encode() + b"\n" + encoded
