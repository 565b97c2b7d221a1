"""Puts together what keeps pictures and what masks texts, by the settings."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from channels._frames import Visitors
from doorstep.names import names_by_spacy
from doorstep.settings import Settings
from store.database import Database
from store.files import FileTable
from store.masking import mask_ended
from store.pictures import Encoder
from store.shelf import DiskShelf
from support.desk import Desk
from support.files import Files
from support.jobs import Job
from support.masking import ORDER_PATTERNS, Mask, Masking
from support.masking_more import mask_more
from support.pictures import Pictures
from tracking.errors import InvalidInput
from tracking.ports import Clock

MASKED_AFTER = timedelta(days=30)
"""How long ago a conversation must have ended before more of it is masked."""


def pictures(settings: Settings, database: Database, desk: Desk, clock: Clock) -> Pictures:
    """Where pictures go; the folder is made when the first one comes."""
    shelf = DiskShelf(Path(settings.files_dir))
    return Pictures(Files(FileTable(database), shelf, Encoder().encode, clock), desk)


def visitor(secret: str) -> Callable[[str], str | None]:
    """What gives the conversation of a visitor's token."""
    return Visitors(secret).conversation


def masking(settings: Settings) -> Masking:
    """What is masked before it is stored. Raises InvalidInput for an order number pattern that is none."""
    try:
        return Masking((settings.order_number_patterns or "").split() or ORDER_PATTERNS)
    except re.error as error:
        raise InvalidInput(f"DOORSTEP_ORDER_NUMBER_PATTERNS: {error}") from error


def more_masking(settings: Settings) -> Mask | None:
    """What masks names and addresses too; None while that is off. Raises NotConfigured where spaCy is missing."""
    return partial(mask_more, names=names_by_spacy()) if settings.mask_more else None


def masked_later(mask: Mask, database: Database, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Work for the housekeeping: mask what ended long enough ago."""

    async def masked() -> None:
        while await mask_ended(database, mask, clock.now() - MASKED_AFTER, clock.now()):
            pass

    return masked


def erasing(files: Files) -> Callable[[Job], Awaitable[None]]:
    """What does the jobs of the kind "erase_files"."""

    async def erase(job: Job) -> None:
        await files.erase(job.payload["files"])

    return erase
