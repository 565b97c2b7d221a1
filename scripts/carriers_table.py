"""Writes the tables of docs/carriers.md about carriers' APIs from the code, so that the two can't disagree."""

import re
from datetime import timedelta
from pathlib import Path

from tracking.carriers import couriers
from tracking.carriers.aggregators import aggregators
from tracking.carriers.apis import CarrierApi, apis
from tracking.model import Status
from tracking.polling import INTERVALS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "carriers.md"
_BLOCK = r"(<!-- {0} -->\n).*?(<!-- /{0} -->)"


def sources() -> str:
    """What can be asked, as a Markdown table."""
    rows = ["| code | source | asked by | settings | numbers | push | scans' zone | proof of delivery | estimate |"]
    rows += ["|---|---|---|---|---|---|---|---|---|", *map(_source, apis().values())]
    return "\n".join(rows) + "\n"


def _source(api: CarrierApi) -> str:
    settings = ", ".join(f"`DOORSTEP_{name.upper()}`" for name in api.settings)
    cells = [f"`{api.code}`", api.name, api.asks, settings, _numbers(api), _push(api), api.zones, api.proof]
    return f"| {' | '.join([*cells, api.estimates])} |"


def _numbers(api: CarrierApi) -> str:
    if not api.covers:
        return "any"
    if len(api.covers) > 1:
        return "of " + ", ".join(f"`{code}`" for code in api.covers)
    courier = couriers().get(api.code)
    if courier is None:
        return f"not recognised; say `--carrier {api.code}`"
    return "; ".join(fmt.name for fmt in courier.formats)


def _push(api: CarrierApi) -> str:
    if api.code not in aggregators():
        return "no"
    return f"`/webhooks/{api.code}`, " + ("told of a parcel by us" if api.register else "told of accounts by you")


def statuses() -> str:
    """What every source's codes mean to us, as Markdown."""
    return (
        "\n".join(f"- **{api.name}** ({len(api.statuses)} codes). {_meanings(api)}" for api in apis().values()) + "\n"
    )


def _meanings(api: CarrierApi) -> str:
    said = []
    for status in Status:
        codes = sorted(code for code, ours in api.statuses.items() if ours is status)
        if codes:
            said.append(f"{status}: " + ", ".join(f"`{code}`" for code in codes) + ".")
    return " ".join(said)


def intervals() -> str:
    """How often each parcel is asked about, as a Markdown table."""
    by_wait: dict[tuple[timedelta, timedelta], list[Status]] = {}
    for status, wait in INTERVALS.items():
        by_wait.setdefault(wait, []).append(status)
    rows = ["| status | asked about again after |", "|---|---|"]
    for (low, high), found in sorted(by_wait.items()):
        after = lasting(low) if low == high else f"{lasting(low)} to {lasting(high)}"
        rows.append(f"| {', '.join(f'`{status}`' for status in found)} | {after} |")
    over = ", ".join(f"`{status}`" for status in Status if status not in INTERVALS)
    return "\n".join([*rows, f"| {over} | never |"]) + "\n"


def rates() -> str:
    """How often each source is asked at most, as a Markdown table."""
    rows = ["| source | on average | at once |", "|---|---|---|"]
    rows += [f"| {api.name} | {_often(api.rate.per_second)} | {api.rate.burst} |" for api in apis().values()]
    return "\n".join(rows) + "\n"


def _often(per_second: float) -> str:
    for unit, seconds in (("second", 1), ("minute", 60), ("hour", 3600)):
        count = per_second * seconds
        if count >= 1 and abs(count - round(count)) < 1e-6:
            return f"{count:g} a{'n' if unit == 'hour' else ''} {unit}"
    return f"{per_second * 86_400:g} a day"


def lasting(length: timedelta) -> str:
    """A length of time in words."""
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if length >= size and not length % size:
            count = length // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{length.total_seconds():g} seconds"


def with_tables(text: str) -> str:
    """The page's text with the tables as they have to be."""
    tables = {"apis": sources(), "statuses": statuses(), "intervals": intervals(), "rates": rates()}
    for name, made in tables.items():
        block = re.compile(_BLOCK.format(name), re.DOTALL)
        text = block.sub(lambda found, made=made: found[1] + made + found[2], text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
