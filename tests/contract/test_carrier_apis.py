"""Asks every carrier's API over HTTP, each on a stand-in with its wire format: what is read, and what may go wrong."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import structlog

from doorstep.settings import ROOT, Settings
from store.database import Database
from store.orders import SqlOrders
from store.unit import SqlStore
from tests.carrier_place import JOURNEY, NOW, Place, Wall
from tests.carrier_stands import STANDS
from tests.carrier_stands.base import DUE, SIGNED_BY, START, Fault
from tracking.carriers.apis import CarrierApi, Live, apis, ready_for
from tracking.errors import DoorstepError, NotConfigured, Unavailable
from tracking.folding import fold, identity
from tracking.ingest import Ingest
from tracking.model import OrderUpdate, ShipmentUpdate, Status
from tracking.orders import Orders

MEGABYTE = 1024 * 1024


def test_every_source_has_a_stand_in_and_every_stand_in_a_source() -> None:
    assert set(STANDS) == set(apis())


@pytest.mark.parametrize("api", apis().values(), ids=lambda api: api.code)
def test_every_source_is_declared_in_full(api: CarrierApi) -> None:
    assert api.statuses
    assert api.settings
    assert all((api.name, api.asks, api.zones, api.proof, api.estimates))
    for name in (*api.settings, f"{api.code}_api_url"):
        assert name in Settings.model_fields, name
    assert not api.ready(lambda _: None)
    with pytest.raises(NotConfigured, match="DOORSTEP_"):
        Live(api, lambda _: None)
    assert Status.DELIVERED in api.statuses.values()


def test_a_carrier_s_own_api_goes_before_the_aggregators() -> None:
    values = {name: "x" for api in apis().values() for name in api.settings}.get
    found = [api.code for api in ready_for("ups", values)]
    assert found[0] in {"ups", "shippo", "shipengine"}
    assert {"ups", "easypost", "aftership", "karrio", "seventeentrack"} <= set(found)
    assert "usps" not in found
    assert [api.code for api in ready_for("ups", {"karrio_api_url": "x", "karrio_api_key": "y"}.get)] == ["karrio"]


async def test_a_journey_is_read_oldest_first(place: Place) -> None:
    kinds = tuple(kind for kind in JOURNEY if kind in place.stand.expected)
    place.know(*kinds)
    report = await place.ask()
    assert report.found
    assert [update.event.status for update in report.events] == [place.stand.expected[kind] for kind in kinds]
    assert [update.event.occurred_at for update in report.events] == _moments(place, kinds)
    assert fold(update.event for update in report.events).status is Status.DELIVERED
    assert (report.rejected, report.unmapped, report.checked_at) == ((), (), NOW)


def _moments(place: Place, kinds: tuple[str, ...]) -> list[datetime]:
    """When the scans were really made; Karrio's are off by what it drops."""
    assert place.stand.parcels[place.stand.number].at[0] == START
    return [START + timedelta(hours=6 * at) for at in range(len(kinds))]


async def test_where_the_zone_came_from_is_said(place: Place) -> None:
    place.know("transit")
    (update,) = (await place.ask()).events
    assert update.event.zone_source == place.stand.zone_source
    assert update.event.source == place.stand.code
    assert update.event.recorded_at == NOW
    assert update.carrier == place.stand.carrier
    assert update.event.location
    assert update.event.description
    assert update.event.raw_status


@pytest.mark.parametrize(
    "kind", ["customs", "exception", "delay", "attempt", "pickup", "returning", "picked_up", "label", "out"]
)
async def test_every_kind_of_scan(place: Place, kind: str) -> None:
    if kind not in place.stand.expected:
        return
    place.know("label", kind)
    assert (await place.ask()).events[-1].event.status is place.stand.expected[kind]


async def test_a_status_we_do_not_know_is_unknown_and_told_once(place: Place) -> None:
    place.know("transit", "unheard")
    with structlog.testing.capture_logs() as logs:
        first, second = await place.ask(), await place.ask()
    assert first.events[-1].event.status is Status.UNKNOWN
    assert first.events[-1].event.raw_status
    assert first.unmapped == second.unmapped != ()
    assert len([line for line in logs if line["event"] == "carrier_status_unmapped"]) == len(first.unmapped)
    assert place.noted == [(place.stand.code, first.unmapped)] * 2
    assert fold(update.event for update in first.events).status is Status.IN_TRANSIT


async def test_who_signed(place: Place) -> None:
    place.know("transit", "delivered", signed_by=SIGNED_BY)
    events = [update.event for update in (await place.ask()).events]
    assert [event.signed_by for event in events] == ["", SIGNED_BY if place.stand.proves else ""]
    assert (place.live.api.proof != "none") is place.stand.proves


async def test_when_the_carrier_expects_it(place: Place) -> None:
    place.know("transit")
    report = await place.ask()
    assert (report.estimate is not None) is place.stand.estimates
    assert (place.live.api.estimates != "none") is place.stand.estimates
    if report.estimate:
        assert report.estimate.basis == "carrier"
        assert report.estimate.latest.date() == DUE
        assert report.estimate.earliest.date() == DUE
        assert report.events[0].estimate == report.estimate
        place.know("transit", due=False)
        assert (await place.ask()).estimate is None


async def test_a_number_nobody_knows_is_an_answer(place: Place) -> None:
    report = await place.ask()
    assert not report.found
    assert (report.events, report.estimate, report.checked_at) == ((), None, NOW)


async def test_asking_again_tells_nothing_new(place: Place, database: Database) -> None:
    ingest, stand = Ingest(SqlStore(database), Wall()), place.stand
    place.know("label", "transit")
    first = await ingest.record_events((await place.ask()).events)
    again = await ingest.record_events((await place.ask()).events)
    place.know("label", "transit", "delivered")
    grown = await ingest.record_events((await place.ask()).events)
    assert [row.outcome for row in first] == ["created", "created"]
    assert [row.outcome for row in again] == ["unchanged", "unchanged"]
    assert sorted(row.outcome for row in grown) == ["created", "unchanged", "unchanged"]
    order = OrderUpdate("1001", NOW, "test", NOW, shipments=(ShipmentUpdate(stand.number, stand.carrier),))
    await ingest.save_orders([order])
    found = await Orders(SqlOrders(database)).find("1001")
    assert found is not None
    (shipment,) = found.shipments
    assert shipment.status is Status.DELIVERED
    assert shipment.last_checked_at is not None


async def test_registering_is_told_once_and_harmless_twice(place: Place) -> None:
    await place.register()
    await place.register()
    assert bool(place.stand.registered) is place.stand.registers
    assert (place.live.api.register is not None) is place.stand.registers
    assert set(place.stand.registered) <= {place.stand.number}


async def test_a_wrong_key_is_said_without_the_key(place: Place) -> None:
    keys = place.stand.keys()
    wrong = dict.fromkeys(keys, "wrong")
    values = {**place.stand.settings(), **wrong}
    async with Live(place.live.api, values.get, tools=place.live._tools) as live:
        with pytest.raises(Unavailable) as told:
            await live.ask(place.stand.number, place.stand.carrier)
    assert "401" in str(told.value)
    assert "wrong" not in str(told.value)
    assert place.stand.number not in str(told.value)


async def test_nothing_secret_or_personal_is_told_of_a_failure(place: Place) -> None:
    """Neither errors nor logs hold a key, a token, an address or a number."""
    place.know("transit", "unheard", "delivered", signed_by=SIGNED_BY)
    said: list[str] = [repr(place.live.api), repr(place.live._client._auth)]
    faults = [Fault(500), Fault(lost=True), Fault(302), Fault(401), Fault(429, retry_after="99"), Fault(200, b"<html>")]
    with structlog.testing.capture_logs() as logs:
        for fault in faults:
            place.stand.faults = [fault] * 3
            place.clock.seconds += 1000
            with suppress(DoorstepError):
                await place.ask()
            try:
                await place.ask()
            except DoorstepError as error:
                said += [str(error), repr(error), str(error.__cause__)]
            place.stand.faults = []
        place.clock.seconds += 5000
        await place.ask()
    told = " ".join([*said, str(logs)])
    hidden = [*place.stand.keys().values(), place.stand.number, SIGNED_BY, place.stand.token or "token-"]
    assert [secret for secret in hidden if secret in told and not secret.startswith("http")] == []


def test_every_setting_of_a_source_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for api in apis().values():
        for name in api.settings:
            assert f"`DOORSTEP_{name.upper()}`" in readme


async def test_the_same_scan_is_the_same_event_whichever_way_it_is_asked(place: Place) -> None:
    place.know("label", "transit")
    first = {identity(update.event) for update in (await place.ask()).events}
    place.know("label", "transit", "delivered")
    second = {identity(update.event) for update in (await place.ask()).events}
    assert first < second
