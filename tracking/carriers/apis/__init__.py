"""The sources that can be asked about a parcel: one module each, declaring API, a `CarrierApi`.

Couriers' own APIs and aggregators' alike. Apart from the couriers, because these need libraries, in the app only.
"""

from functools import cache

from tracking.carriers.apis._client import Tools
from tracking.carriers.apis.base import CarrierApi, Denied, Parcel, Rate, Refused, Report, Slow, Values
from tracking.carriers.apis.live import Live, Note
from tracking.plugins import scan

__all__ = ["CarrierApi", "Denied", "Live", "Note", "Parcel", "Rate", "Refused", "Report", "Slow", "Tools", "Values"]
__all__ += ["apis", "ready_for"]


@cache
def apis() -> dict[str, CarrierApi]:
    """Return all sources by code. Raises DoorstepError if a module is incomplete or a code is taken twice."""
    return scan(__name__, list(__path__), "API", CarrierApi, helpers=("base", "live"))


def ready_for(carrier: str, values: Values) -> list[CarrierApi]:
    """Return the configured sources that know a carrier (our code): its own API, then those for many, then for all.

    An empty code stands for a carrier that isn't known: only sources for all can be asked then.
    """
    found = [api for api in apis().values() if api.ready(values) and api.knows(carrier)]
    return sorted(found, key=lambda api: (not api.covers, len(api.covers)))
