"""Makes pictures of every kind, and an app that takes them, around the fake bot."""

import io
import struct
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from PIL import Image

from channels._frames import Visitors
from channels.sms import fetching
from channels.sms import router as sms_router
from channels.web_chat import chat_router
from doorstep.worker import Worker
from store.database import Database
from store.files import FileTable
from store.outbox import Outbox
from store.pictures import Encoder
from store.shelf import DiskShelf
from support.files import Files
from support.pictures import Pictures
from tests.fakes import World, world
from web import widget
from web.app import create_app
from web.files import Limits, files_router

SECRET_PLACE = "taken at 40.7 north"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def with_everything_hidden() -> bytes:
    """A JPEG that lies on its side and says where it was taken, in EXIF, XMP and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right to see it upright
    exif[0x010E] = SECRET_PLACE
    exif.get_ifd(0x8825)[2] = (40.0, 42.0, 46.0)
    xmp = f"<x:xmpmeta>{SECRET_PLACE}</x:xmpmeta>".encode()
    return picture(exif=exif, comment=SECRET_PLACE, xmp=xmp)


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@dataclass
class PictureWorld:
    """An app that takes pictures by chat and text, with all that is behind it."""

    app: World
    files: Files
    shelf: DiskShelf
    visitors: Visitors
    worker: Worker
    folder: Path

    def on_disk(self) -> set[str]:
        """The names of all files in the folder."""
        return {path.name for path in self.folder.rglob("*") if path.is_file()}


def picture_world(
    database: Database, folder: Path, secrets: dict[str, str] | None = None, more: tuple[APIRouter, ...] = ()
) -> PictureWorld:
    """Wire pictures as the program does."""
    plain = world(database, secrets=secrets, per_conversation=1000, per_address=1000)
    services = plain.services
    shelf = DiskShelf(folder)
    files = Files(FileTable(database), shelf, Encoder().encode, services.clock)
    pictures = Pictures(files, services.desk)
    visitors = Visitors(services.visitor_secret)
    given = replace(plain.given, pictures=pictures)
    limits = services.limits
    routers = [
        chat_router(services.desk, limits.conversation, limits.public, services.visitor_secret, None),
        files_router(pictures, visitors.conversation, Limits(limits.conversation, limits.public)),
        widget.router,
        sms_router(given),
        *more,
    ]
    worker = Worker(Outbox(database), {"mms": fetching(given, pictures)}, services.clock)
    app = replace(plain, app=create_app(services, routers), given=given)
    return PictureWorld(app, files, shelf, visitors, worker, folder)
