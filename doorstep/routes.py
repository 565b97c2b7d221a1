"""Decides which source is asked about which parcel; asks nobody."""

from functools import cached_property

from tracking.carriers import detect
from tracking.carriers.apis import Values, ready_for


class Routes:
    """Who of the configured sources is asked, by carrier code: the first of `ready_for`.

    That is the carrier's own API; else the source that covers the fewest carriers, this one among them; else one that
    covers all, the first by its code where there are several. The empty code stands for a parcel of which no carrier
    is known: only a source for all carriers can be asked about it as it is.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._known: dict[str, str | None] = {}

    def source(self, code: str) -> str | None:
        """Return the code of the source that is asked about a carrier's parcels, None where there is none."""
        if code not in self._known:
            self._known[code] = next((api.code for api in ready_for(code, self._values)), None)
        return self._known[code]

    @cached_property
    def for_all(self) -> bool:
        """Whether a source can be asked about any parcel."""
        return self.source("") is not None

    def turns(self, carrier: str | None, number: str) -> tuple[str, ...]:
        """Return as whose a parcel may be asked about, in turn, wherever somebody can be.

        With a carrier: as its own, then as each other carrier's that the number fits, then as nobody's. Without: as
        nobody's where a source covers all carriers and finds out by itself, else as each that the number fits.
        """
        if carrier is None and self.for_all:
            return ("",)
        fitting = [candidate.carrier for candidate in detect(number) if self.source(candidate.carrier)]
        if carrier is None:
            return tuple(fitting)
        return (carrier, *(code for code in fitting if code != carrier), *(("",) if self.for_all else ()))
