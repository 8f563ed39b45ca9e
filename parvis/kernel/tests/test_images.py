"""Pictures come out upright, sized and bare; bombs and forgeries are refused with a sentence."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import pytest
from django.utils import translation
from PIL import Image, ImageCms, ImageDraw

from parvis.kernel.errors import Refused
from parvis.kernel.images import MAX_SOURCE_BYTES, avatar, prepare

SECRET = b"canary-in-metadata"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def saved(image: Image.Image, encoder: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, encoder, **options)  # type: ignore[arg-type]
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def photograph(orientation: int) -> bytes:
    """A wide picture whose left half is red, with a telephone's metadata."""
    image = Image.new("RGB", (400, 200), "blue")
    ImageDraw.Draw(image).rectangle((0, 0, 199, 199), fill="red")
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return saved(image, "JPEG", exif=exif, comment=SECRET, quality=90)


def batched(image: Image.Image) -> list[bytes]:
    """The pixels of an RGBA picture."""
    data = image.tobytes()
    return [data[place : place + 4] for place in range(0, len(data), 4)]


def png_claiming(width: int, height: int, rows: bytes = bytes(100_000)) -> bytes:
    """A black-and-white PNG that announces these sides, whatever rows it holds."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("format", ["webp", "jpeg", "png"])
def test_metadata_does_not_survive(format: str) -> None:
    source = photograph(1)
    assert SECRET in source
    prepared = prepare(source, max_side=300, format=format)  # type: ignore[arg-type]
    assert SECRET not in prepared.data
    result = opened(prepared.data)
    assert dict(result.getexif()) == {}
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(result.info)
    assert prepared.media_type == f"image/{format}" == Image.MIME[result.format or ""]


@pytest.mark.parametrize(
    ("orientation", "red_corner"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")]
)
def test_the_orientation_is_applied(orientation: int, red_corner: str) -> None:
    prepared = prepare(photograph(orientation), max_side=400)
    result = opened(prepared.data).convert("RGB")
    assert (prepared.width, prepared.height) == result.size
    assert prepared.width > prepared.height if orientation < 5 else prepared.width < prepared.height
    middle = {
        "left": (20, result.height // 2),
        "right": (result.width - 20, result.height // 2),
        "top": (result.width // 2, 20),
        "bottom": (result.width // 2, result.height - 20),
    }
    for side, point in middle.items():
        red, _green, blue = result.getpixel(point)  # type: ignore[misc]
        if side == red_corner:
            assert red > 200 > blue
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[red_corner]
    assert result.getpixel(middle[opposite])[2] > 200  # type: ignore[index]


def test_a_large_picture_is_made_to_fit_and_a_small_one_left() -> None:
    large = prepare(saved(noise(900, 300), "PNG"), max_side=300)
    assert (large.width, large.height) == (300, 100)
    small = prepare(saved(noise(90, 30), "PNG"), max_side=300)
    assert (small.width, small.height) == (90, 30)


def test_a_drawing_stays_exact_and_transparent() -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((10, 40), "Bonjour", fill=(20, 40, 60, 255))
    result = opened(prepare(saved(image, "PNG"), max_side=400).data).convert("RGBA")
    assert result.getpixel((0, 0))[3] == 0  # type: ignore[index]
    both = zip(batched(image), batched(result), strict=True)
    assert all(before == after for before, after in both if before[3])


def test_transparency_becomes_white_in_a_jpeg() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    result = opened(prepare(saved(image, "PNG"), max_side=20, format="jpeg").data)
    assert result.getpixel((10, 10)) == (255, 255, 255)


def test_an_animation_keeps_its_first_frame_only() -> None:
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "green", "blue")]
    source = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(source), "n_frames", 1) == 3
    still = opened(prepare(source, max_side=40).data)
    assert getattr(still, "n_frames", 1) == 1
    red, green, blue = still.convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert red > 200 > max(green, blue)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "I;16", "CMYK", "YCbCr", "RGBA"])
def test_every_colour_mode_is_understood(mode: str) -> None:
    image = Image.new(mode, (30, 30)) if mode == "I;16" else Image.new("RGB", (30, 30), "red").convert(mode)
    encoder = "JPEG" if mode in ("CMYK", "YCbCr") else "TIFF" if mode == "PA" else "PNG"
    if encoder == "TIFF":
        image, encoder = image.convert("RGBA").quantize(), "PNG"
    result = prepare(saved(image, encoder), max_side=30)
    assert (result.width, result.height) == (30, 30)


def test_a_colour_profile_is_applied_then_dropped() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    broken = saved(Image.new("RGB", (30, 30), "red"), "PNG", icc_profile=profile)
    assert prepare(broken, max_side=30).width == 30
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    prepared = prepare(saved(Image.new("RGB", (30, 30), (200, 10, 10)), "PNG", icc_profile=srgb), max_side=30)
    assert "icc_profile" not in opened(prepared.data).info
    assert opened(prepared.data).convert("RGB").getpixel((9, 9)) == (200, 10, 10)


@pytest.mark.parametrize("side", [48, 96])
def test_an_avatar_is_a_small_square_whatever_the_picture(side: int) -> None:
    for source in (photograph(6), saved(noise(600, 400), "PNG"), saved(Image.new("L", (3, 900)), "PNG")):
        prepared = avatar(source, side)
        assert (prepared.width, prepared.height) == (side, side) == opened(prepared.data).size
        assert len(prepared.data) <= 4096
        assert prepared.media_type == "image/webp"


@pytest.mark.parametrize("sides", [(50_000, 50_000), (2_000_000, 40), (0x7FFFFFFF, 0x7FFFFFFF)])
def test_a_bomb_is_refused_with_a_sentence(sides: tuple[int, int]) -> None:
    with pytest.raises(Refused) as refusal:
        prepare(png_claiming(*sides), max_side=300)
    assert "too large" in refusal.value.sentence


def test_a_real_giant_is_refused_before_it_is_decoded() -> None:
    giant = png_claiming(20_000, 20_000, rows=bytes(2501) * 20_000)
    assert len(giant) < 1_000_000
    with pytest.raises(Refused, match="too large"):
        prepare(giant, max_side=300)


def test_a_large_jpeg_is_decoded_small() -> None:
    giant = saved(Image.new("L", (12_000, 9_000), 128), "JPEG")
    prepared = prepare(giant, max_side=300)
    assert (prepared.width, prepared.height) == (300, 225)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\x89PNG\r\n\x1a\n",
        photograph(1)[:200],
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        saved(Image.new("RGB", (9, 9)), "TIFF"),
        saved(Image.new("RGB", (9, 9)), "BMP"),
    ],
)
def test_what_is_no_readable_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="cannot read this picture"):
        prepare(data, max_side=300)


def test_a_picture_cut_short_is_refused() -> None:
    source = saved(noise(300, 300), "PNG")
    with pytest.raises(Refused):
        prepare(source[: len(source) // 2], max_side=300)


def test_a_telephones_double_picture_is_read() -> None:
    source = saved(noise(60, 40), "MPO", save_all=True, append_images=[noise(30, 20)])
    assert opened(source).format == "MPO"
    prepared = prepare(source, max_side=300)
    assert (prepared.width, prepared.height) == (60, 40)


def test_a_heavy_file_is_refused_unread() -> None:
    with pytest.raises(Refused, match="too large"):
        prepare(bytes(MAX_SOURCE_BYTES + 1), max_side=300)
