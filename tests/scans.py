"""Builds scans for tests, by hand and for Hypothesis."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tracking.model import Status, TrackingEvent

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def scan(status: Status, hours: float = 0, **fields: object) -> TrackingEvent:
    """A scan `hours` after noon, heard of a minute later."""
    at = NOON + timedelta(hours=hours)
    known: dict[str, object] = {"source": "test", "occurred_at": at, "recorded_at": at + timedelta(minutes=1)}
    return TrackingEvent(status=status, **{**known, **fields})  # type: ignore[arg-type]


_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Few different instants and places: ties and near-duplicates are what folding can get wrong.
_moments = st.builds(
    lambda hours, zone: (NOON + timedelta(hours=hours)).astimezone(zone), st.integers(0, 6), _zones | st.just(UTC)
)
_words = st.sampled_from(["", "a", "A ", "b"])

events = st.builds(
    TrackingEvent,
    status=st.sampled_from(Status),
    occurred_at=_moments,
    recorded_at=_moments,
    source=st.sampled_from(["easypost", "api"]),
    raw_status=_words.map(str.strip),
    location=_words.map(str.strip),
    description=_words.map(str.strip),
    event_id=st.sampled_from(["", "", "1", "2"]),
    zone_source=st.sampled_from(["offset", "utc", "location", "carrier"]),
    signed_by=st.sampled_from(["", "R. Doe"]),
)

histories = st.lists(events, max_size=12)


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[list[TrackingEvent], list[TrackingEvent]]:
    """A history, and the same one in another order with repeats."""
    history = draw(histories)
    repeats = draw(st.lists(st.sampled_from(history), max_size=6)) if history else []
    return history, draw(st.permutations([*history, *repeats]))
