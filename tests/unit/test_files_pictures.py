"""Pictures are encoded anew: nothing hidden in them is kept; what is none, or too much of one, is refused."""

import io
import random
from contextlib import suppress
from time import perf_counter

import pytest
from PIL import Image

from store.pictures import encode
from support import wording
from support.files import LONGEST_SIDE, MOST_PIXELS, Refused, check_kind
from tests.pictures import SECRET_PLACE, bomb, picture, with_everything_hidden


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("WEBP", "RGBA"),
        ("GIF", "P"),
    ],
)
def test_every_kind_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    data = picture(kind, mode=mode)
    check_kind(data[:16])
    kept = encode(data)
    image = opened(kept.data)
    assert (image.format, image.mode, image.size, kept.type) == ("JPEG", "RGB", (64, 48), "image/jpeg")
    assert (kept.width, kept.height) == (64, 48)


def test_nothing_that_was_hidden_in_it_is_kept_and_it_stands_upright() -> None:
    data = with_everything_hidden()
    assert data.count(SECRET_PLACE.encode()) == 3
    kept = encode(data)
    assert SECRET_PLACE.encode() not in kept.data
    image = opened(kept.data)
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert image.size == (48, 64)
    top, bottom = image.getpixel((24, 8)), image.getpixel((24, 56))
    assert top[0] > 200 > 60 > top[2]  # red came to the top
    assert bottom[2] > 200 > 60 > bottom[0]


def test_large_ones_are_made_smaller_and_keep_their_shape() -> None:
    kept = encode(picture(size=(4000, 1000)))
    assert (kept.width, kept.height) == (LONGEST_SIDE, LONGEST_SIDE // 4)
    assert encode(picture("PNG", size=(900, 3000))).height == LONGEST_SIDE


def test_what_is_see_through_stands_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")
    assert min(opened(encode(out.getvalue()).data).getpixel((10, 10))) > 250


def test_of_a_moving_one_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    for kind in ("GIF", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        red, _, blue = opened(encode(out.getvalue()).data).getpixel((10, 10))
        assert red > 200 > 60 > blue


def test_a_phone_s_several_pictures_in_one_file_are_one() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    assert encode(out.getvalue()).width == 20


@pytest.mark.parametrize("side", [30_000, 8_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    assert side * side > MOST_PIXELS
    started = perf_counter()
    with pytest.raises(Refused) as refused:
        encode(bomb(side))
    assert refused.value.code == "too_many_pixels"
    assert perf_counter() - started < 10  # unpacking would take gigabytes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF",
        b"%PDF-1.7 a paper",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"<html>\xff\xd8\xff</html>",
        b"PK\x03\x04" + b"\0" * 40,
        b"RIFF\0\0\0\0WAVEfmt ",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        check_kind(data[:16])
    assert (refused.value.code, str(refused.value)) == ("not_a_picture", wording.NOT_A_PICTURE)
    with pytest.raises(Refused):
        encode(data)


def test_heic_is_refused_with_a_word_that_helps() -> None:
    with pytest.raises(Refused) as refused:
        check_kind(b"\0\0\0\x18ftypheic\0\0\0\0")
    assert (refused.value.code, str(refused.value)) == ("heic", wording.PICTURE_IS_HEIC)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_broken_ones_are_refused_and_never_crash(kind: str) -> None:
    chance, good = random.Random(kind), picture(kind, size=(200, 150))
    for _ in range(300):
        broken = bytearray(good[: chance.randint(16, len(good))])
        for _ in range(chance.randint(0, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with suppress(Refused):  # and nothing else
            assert encode(bytes(broken)).type == "image/jpeg"


def test_half_a_picture_is_broken() -> None:
    with pytest.raises(Refused) as refused:
        encode(picture(size=(400, 300))[:600])
    assert refused.value.code == "broken"
