"""Reads the rules of alerts from a YAML file; decides nothing."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from alerts.media import media
from alerts.media.base import Reader
from alerts.rules import Rules
from tracking.errors import InvalidInput
from tracking.facts import Occasion


def _clock(text: object) -> time:
    if not isinstance(text, str):
        # YAML reads 21:00 without quotes as a number.
        raise ValueError('write a time of day in quotes, such as "21:00"')
    return time.fromisoformat(text)


def _every(occasions: object) -> object:
    return list(Occasion) if occasions == "all" else occasions


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Quiet(_Strict):
    start: Annotated[time, BeforeValidator(_clock)] = Field(alias="from")
    until: Annotated[time, BeforeValidator(_clock)]
    delivered_until: Annotated[time, BeforeValidator(_clock)] | None = None


class _PickupReminder(_Strict):
    after_days: int = Field(3, ge=1, le=30)
    most: int = Field(2, ge=0, le=5)


class _File(_Strict):
    media: dict[str, Annotated[list[Occasion], BeforeValidator(_every)]]
    one_of: list[list[str]] = []
    fallback: dict[str, str] = {}
    urgent: list[Occasion] = []
    quiet: _Quiet
    hold_seconds: int = Field(120, ge=0, le=3600)
    most_a_day: int = Field(4, ge=1, le=100)
    too_old_hours: float = Field(48, gt=0, le=24 * 14)
    important: list[Occasion] = list(Occasion)
    moved_hours: float = Field(12, ge=0, le=24 * 14)
    estimate_days: float = Field(3, gt=0, le=30)
    pickup_reminder: _PickupReminder = _PickupReminder()


def load_alert_rules(path: Path) -> Rules:
    """Read the rules. Raises InvalidInput naming file and place."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise InvalidInput(f"{path} can't be read: {error}") from error
    named = {
        *read.media,
        *read.fallback,
        *read.fallback.values(),
        *(medium for group in read.one_of for medium in group),
    }
    if unknown := named - set(media()):
        raise InvalidInput(f"{path}: there is no medium {min(unknown)!r}; there are {', '.join(sorted(media()))}.")
    return Rules(
        media={medium: _told(path, medium, occasions) for medium, occasions in read.media.items()},
        urgent=frozenset(read.urgent),
        quiet_from=read.quiet.start,
        quiet_until=read.quiet.until,
        hold=timedelta(seconds=read.hold_seconds),
        most_a_day=read.most_a_day,
        too_old=timedelta(hours=read.too_old_hours),
        fallback=read.fallback,
        one_of=read.one_of,
        subscribed=_heard_by("subscriber"),
        merchant=_heard_by("merchant"),
        delivered_until=read.quiet.delivered_until,
        important=frozenset(read.important),
        moved=timedelta(hours=read.moved_hours),
        estimate_good=timedelta(days=read.estimate_days),
        remind_after=timedelta(days=read.pickup_reminder.after_days),
        most_reminders=read.pickup_reminder.most,
    )


def _told(path: Path, medium: str, occasions: list[Occasion]) -> frozenset[Occasion]:
    told, every = frozenset(occasions), frozenset(Occasion)
    knows = media()[medium].knows or every
    if told != every and told - knows:
        raise InvalidInput(f"{path}: media.{medium}: it has no words for {min(told - knows)}.")
    return told & knows


def _heard_by(reader: Reader) -> frozenset[str]:
    return frozenset(code for code, medium in media().items() if medium.reader == reader)
