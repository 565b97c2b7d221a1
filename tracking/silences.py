"""Says for how long a parcel's silence is normal, by what was learnt and the carrier's calendar; learns nothing."""

from collections.abc import Awaitable, Callable
from time import monotonic

from tracking.findings import working_days
from tracking.model import Patience
from tracking.norms import Norms
from tracking.quiet import patience_of
from tracking.records import ShipmentRecord

_KEPT_SECONDS = 600.0
Load = Callable[[], Awaitable[Norms]]


class LearntSilences:
    """Implements `tracking.quiet.Silences`. Norms are loaded anew every ten minutes, on the way of who writes."""

    def __init__(self, load: Load, clock: Callable[[], float] = monotonic) -> None:
        self._load, self._clock = load, clock
        self._norms = Norms()
        self._loaded_at: float | None = None

    async def fresh(self) -> None:
        """See `Silences.fresh`."""
        if self._loaded_at is None or self._clock() - self._loaded_at > _KEPT_SECONDS:
            self._norms = await self._load()
            self._loaded_at = self._clock()

    def forget(self) -> None:
        """Load anew next time: more has been learnt."""
        self._loaded_at = None

    def patience(self, record: ShipmentRecord) -> Patience | None:
        """See `Silences.patience`."""
        norm = self._norms.of(record.carrier, record.service, record.state.status)
        if norm is None:
            return None
        return patience_of(record, norm, working_days(record.carrier, record.country, record.events))
