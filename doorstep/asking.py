"""Opens the carriers' APIs that are configured, with our settings and counters; asks nobody by itself."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from doorstep.settings import Settings
from tracking.carriers.apis import Live, Rate, Report, Tools, apis, ready_for
from tracking.errors import InvalidInput, NotConfigured, Unavailable
from web.metrics import UNMAPPED


def configured(settings: Settings) -> dict[str, bool]:
    """Return every source's code, and whether it can be asked."""
    return {code: api.ready(settings.value) for code, api in apis().items()}


def open_source(code: str, settings: Settings) -> Live:
    """Open one source by its code. Raises InvalidInput for one there isn't, NotConfigured for one that lacks a setting.

    Close it when done; kept open, it keeps its connections, its token and its count of failures.
    """
    api = apis().get(code)
    if api is None:
        raise InvalidInput(f"There is no source {code!r}; there are {', '.join(apis())}.")
    per_second = rates(settings).get(code)
    rate = Rate(per_second, max(1, round(per_second))) if per_second else None
    return Live(api, settings.value, _count, Tools(total=settings.carrier_timeout), rate)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking about a parcel: the report of the source that answered, and why others did not."""

    number: str
    source: str = ""
    report: Report | None = None
    errors: tuple[str, ...] = ()


async def ask_any(number: str, carrier: str, settings: Settings, register: bool = False) -> Asked:
    """Ask the configured sources that know the carrier (our code, empty if not known) until one has heard of a parcel.

    With `register`, every source asked is first told to follow the parcel. Raises InvalidInput for what is no number.
    """
    errors: list[str] = []
    last = Asked(number)
    for api in ready_for(carrier, settings.value):
        try:
            async with open_source(api.code, settings) as live:
                if register:
                    await live.register(number, carrier)
                last = Asked(number, api.code, await live.ask(number, carrier))
        except (Unavailable, NotConfigured) as error:
            errors.append(str(error))
            continue
        if last.report and last.report.found:
            break
    return replace(last, errors=tuple(errors))


def rates(settings: Settings) -> dict[str, float]:
    """Return how often each source may be asked a second, where set. Raises NotConfigured for what can't be read."""
    found: dict[str, float] = {}
    for entry in (settings.carrier_rates or "").split():
        code, _, written = entry.partition("=")
        try:
            found[code] = float(written)
        except ValueError:
            found[code] = 0.0
        if code not in apis() or not 0 < found[code] < 1000:
            raise NotConfigured(f"DOORSTEP_CARRIER_RATES: {entry!r} is not a source and a rate, such as ups=2.")
    return found


def _count(source: str, codes: Collection[str]) -> None:
    UNMAPPED.labels(source).inc(len(codes))
