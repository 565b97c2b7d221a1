"""Encodes pictures anew by Pillow, so that nothing of what their camera or their sender hid in them is kept."""

import asyncio
import io
import struct
import zlib
from contextlib import closing

from PIL import Image, ImageOps

from support import wording
from support.files import LONGEST_SIDE, MOST_PIXELS, Picture, Refused

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 88
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise over broken files; it promises less, and they were seen to raise more."""
_AT_ONCE = 2
"""A large picture takes some hundred megabytes while it is read."""


class Encoder:
    """Reads pictures in threads, a few at a time."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def encode(self, data: bytes) -> Picture:
        """See `support.files.Encode`."""
        async with self._free:
            return await asyncio.to_thread(encode, data)


def encode(data: bytes) -> Picture:
    """Encode a picture anew: its first frame, upright, no side too long, on white. Raises Refused.

    What doesn't begin as a picture has been refused before, see `support.files.check_kind`.
    """
    try:
        with closing(Image.open(io.BytesIO(data), formats=_FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("too_many_pixels", wording.PICTURE_TOO_BIG)
            return _encoded(image)
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels", wording.PICTURE_TOO_BIG) from error
    except _BROKEN as error:
        raise Refused("broken", wording.PICTURE_IS_BROKEN) from error


def _encoded(image: Image.Image) -> Picture:
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read at a fraction of its size where that will do
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new image has none of the old one's texts, profiles and comments, which Pillow would write again.
    plain = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        plain.paste(upright, mask=upright.getchannel("A"))
    else:
        plain.paste(upright.convert("RGB"))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return Picture(out.getvalue(), "image/jpeg", *plain.size)
