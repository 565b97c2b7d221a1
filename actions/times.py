"""Words for times: when, how long ago and between when, as people say them; decides nothing about orders."""

from datetime import UTC, date, datetime, time, timedelta

from actions.zones import zone_of
from tracking.model import DeliveryWindow, Order

_MINUTE = 60
_UNITS = ((86400, "day", ""), (3600, "hour", "h"), (60, "minute", "min"))


def local(at: datetime, order: Order) -> tuple[datetime, str]:
    """Return a time on the clock of the order's address, else as its source wrote it; " UTC" if only that is known."""
    if zone := zone_of(order.ship_to):
        return at.astimezone(zone), ""
    if at.utcoffset():
        return at, ""
    return at.astimezone(UTC), " UTC"


def clock(at: datetime) -> str:
    """Return "2:05 pm"."""
    return f"{at.hour % 12 or 12}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"


def day(when: date, today: date, *, short: bool = False) -> str:
    """Return "today", "on Tuesday" within the week before, else "on Tuesday 3 March", the year if it is another.

    Short: "Tue" within a week either way, as the sentence around it says whether it is over, else "Tue 3 Mar".
    """
    away = (when - today).days
    if away in {-1, 0, 1}:
        return ("yesterday", "today", "tomorrow")[away + 1]
    name = f"{when:%a}" if short else f"{when:%A}"
    if -7 < away < 0 or (short and 0 < away < 7):
        return name if short else f"on {name}"
    month = f"{when:%b}" if short else f"{when:%B}"
    year = f" {when.year}" if when.year != today.year and abs(away) > 300 else ""
    return f"{'' if short else 'on '}{name} {when.day} {month}{year}"


def moment(at: datetime, now: datetime, order: Order, *, short: bool = False) -> str:
    """Return "yesterday at 2:05 pm" in the order's local time."""
    here, zone = local(at, order)
    today = now.astimezone(here.tzinfo).date()
    return f"{day(here.date(), today, short=short)}{' ' if short else ' at '}{clock(here)}{zone}"


def day_of(at: datetime, now: datetime, order: Order) -> str:
    """Return "on Tuesday 3 March" in the order's local time."""
    here, _ = local(at, order)
    return day(here.date(), now.astimezone(here.tzinfo).date())


def ago(at: datetime, now: datetime, *, short: bool = False) -> str:
    """Return "just now", "5 minutes ago" (short "5 min ago"), "3 hours ago" or "2 days ago"."""
    return "just now" if (now - at).total_seconds() < _MINUTE else f"{lasting(now - at, short=short)} ago"


def lasting(length: timedelta, *, short: bool = False) -> str:
    """Return a length in its largest whole unit, such as "3 hours" (short "3 h")."""
    seconds = max(int(length.total_seconds()), _MINUTE)
    unit, word, brief = next(u for u in _UNITS if seconds >= u[0])
    count = seconds // unit
    return f"{count} {brief}" if short and brief else f"{count} {word}{'' if count == 1 else 's'}"


def span(window: DeliveryWindow, now: datetime, order: Order, *, short: bool = False) -> str:
    """Return "today between 2:00 pm and 6:00 pm", "on Friday 6 March" or "between Friday 6 and Monday 9 March".

    Short: "today 2:00 pm-6:00 pm", "Fri", "Fri 6 Mar-Mon 9 Mar".
    """
    first, last, today = window_days(window, now, order)
    final = day(last, today, short=short)
    if first != last:
        start = day(first, today, short=short)
        return f"{start}-{final}" if short else f"between {start.removeprefix('on ')} and {final.removeprefix('on ')}"
    if _is_whole_day(window) or window.latest - window.earliest > timedelta(hours=12):
        return final
    (begin, _), (end, zone) = local(window.earliest, order), local(window.latest, order)
    if window.earliest == window.latest:
        return f"{final} by {clock(end)}{zone}"
    hours = f"{clock(begin)}-{clock(end)}" if short else f"between {clock(begin)} and {clock(end)}"
    return f"{final} {hours}{zone}"


def window_days(window: DeliveryWindow, now: datetime, order: Order) -> tuple[date, date, date]:
    """Return first day, last day and today by the order's clock; a window of whole UTC days keeps its days."""
    today = local(now, order)[0].date()
    if _is_whole_day(window):
        return window.earliest.date(), window.latest.date(), today
    return local(window.earliest, order)[0].date(), local(window.latest, order)[0].date(), today


def _is_whole_day(window: DeliveryWindow) -> bool:
    """Shops promise days; written as midnight UTC such a day must not slip into the evening before elsewhere."""
    ends = (time(0, 0), time(23, 59))
    return all(at.time().replace(second=0, microsecond=0) in ends for at in (window.earliest, window.latest))
