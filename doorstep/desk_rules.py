"""Reads the desk's rules from a YAML file; decides nothing."""

import re
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from support.hours import Hours, Span
from support.model import Priority, TicketReason
from support.rules import Cause, DeskRules, Early, Rule
from tracking.errors import InvalidInput

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _span(text: str) -> Span:
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", text)
    if not found:
        raise ValueError(f"{text!r} is no span such as 09:00-17:00")
    start, end = time.fromisoformat(found[1]), time.fromisoformat(found[2].replace("24:00", "23:59"))
    if start >= end:
        raise ValueError(f"{text!r} ends before it begins")
    return start, end


def _duration(text: object) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})(m|h)", str(text))
    if not found:
        raise ValueError(f"{text!r} is no duration such as 30m or 4h")
    return timedelta(**{{"m": "minutes", "h": "hours"}[found[2]]: int(found[1])})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _Hours(_Strict):
    zone: str
    week: dict[Weekday, list[Annotated[Span, BeforeValidator(_span)]]]
    holidays: list[date] = []


class _Rule(_Strict):
    priority: Priority
    due: Annotated[timedelta, BeforeValidator(_duration)]
    reason: list[TicketReason] = []
    days_late: int = Field(0, ge=0)
    calls: int = Field(0, ge=0)
    order_value: Decimal = Field(Decimal(0), ge=0)


class _Early(_Strict):
    priority: Priority
    due: Annotated[timedelta, BeforeValidator(_duration)]


class _File(_Strict):
    hours: _Hours
    tickets: list[_Rule] = Field(min_length=1)
    before_they_ask: dict[Cause, _Early] = {}


def load_rules(path: Path) -> DeskRules:
    """Read rules and opening hours. Raises InvalidInput naming file and place."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
        zone = ZoneInfo(read.hours.zone)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except (OSError, yaml.YAMLError, ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"{path} can't be read: {error}") from error
    week = {_DAYS.index(day): tuple(sorted(spans)) for day, spans in read.hours.week.items()}
    rules = tuple(
        Rule(r.priority, r.due, frozenset(r.reason), r.days_late, r.calls, r.order_value) for r in read.tickets
    )
    early = {cause: Early(one.priority, one.due) for cause, one in read.before_they_ask.items()}
    return DeskRules(rules, Hours(zone, week, frozenset(read.hours.holidays)), early)
