"""Writes the tables of docs/carriers.md about carriers' APIs from the code, so that the two can't disagree."""

import re
from pathlib import Path

from tracking.carriers import couriers
from tracking.carriers.aggregators import aggregators
from tracking.carriers.apis import CarrierApi, apis
from tracking.model import Status

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


def with_tables(text: str) -> str:
    """The page's text with the tables as they have to be."""
    for name, made in (("apis", sources()), ("statuses", statuses())):
        block = re.compile(_BLOCK.format(name), re.DOTALL)
        text = block.sub(lambda found, made=made: found[1] + made + found[2], text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
