"""Reads the rules of alerts from a YAML file; decides nothing."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from alerts.media import media
from alerts.rules import Rules
from tracking.errors import InvalidInput
from tracking.facts import Occasion


def _clock(text: object) -> time:
    if not isinstance(text, str):
        # YAML reads 21:00 without quotes as a number.
        raise ValueError('write a time of day in quotes, such as "21:00"')
    return time.fromisoformat(text)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Quiet(_Strict):
    start: Annotated[time, BeforeValidator(_clock)] = Field(alias="from")
    until: Annotated[time, BeforeValidator(_clock)]


class _File(_Strict):
    media: dict[str, list[Occasion]]
    fallback: dict[str, str] = {}
    urgent: list[Occasion] = []
    quiet: _Quiet
    hold_seconds: int = Field(120, ge=0, le=3600)
    most_a_day: int = Field(4, ge=1, le=100)
    too_old_hours: float = Field(48, gt=0, le=24 * 14)


def load_alert_rules(path: Path) -> Rules:
    """Read the rules. Raises InvalidInput naming file and place."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise InvalidInput(f"{path} can't be read: {error}") from error
    unknown = {*read.media, *read.fallback, *read.fallback.values()} - set(media())
    if unknown:
        raise InvalidInput(f"{path}: there is no medium {min(unknown)!r}; there are {', '.join(sorted(media()))}.")
    return Rules(
        media={medium: frozenset(occasions) for medium, occasions in read.media.items()},
        urgent=frozenset(read.urgent),
        quiet_from=read.quiet.start,
        quiet_until=read.quiet.until,
        hold=timedelta(seconds=read.hold_seconds),
        most_a_day=read.most_a_day,
        too_old=timedelta(hours=read.too_old_hours),
        fallback=read.fallback,
    )
