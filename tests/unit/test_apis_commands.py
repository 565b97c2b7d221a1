"""`doorstep track` asks live and stores; `doorstep carriers` lists; the page about them is the code's own."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from doorstep.asking import configured, open_source, rates
from doorstep.cli import app
from doorstep.settings import Settings
from scripts.carriers_table import PAGE, with_tables
from tests.carrier_stands import STANDS
from tests.carrier_stands.base import CarrierStand, Fault, Known
from tracking.errors import InvalidInput, NotConfigured


@pytest.fixture
def ups() -> Iterator[CarrierStand]:
    """UPS' stand-in in a thread of its own, since a command has its own event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stand = asyncio.run_coroutine_threadsafe(_start("ups"), loop).result(10)
    yield stand
    asyncio.run_coroutine_threadsafe(stand.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _start(code: str) -> CarrierStand:
    stand = STANDS[code]()
    await stand.start()
    parcel = Known(("label", "transit", "out"))
    parcel.at = [datetime.now(UTC) - timedelta(hours=hours) for hours in (30, 20, 2)]
    stand.parcels[stand.number] = parcel
    return stand


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", f"sqlite:///{tmp_path / 'doorstep.db'}")
    return tmp_path


def use(stand: CarrierStand, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stand.settings().items():
        monkeypatch.setenv(f"DOORSTEP_{name.upper()}", value)


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_a_parcel_of_no_order_is_asked_for_and_shown(
    ups: CarrierStand, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ups, monkeypatch)
    told = run("track", ups.number)
    (shipment,) = told["shipments"]
    assert (told["number"], shipment["carrier"], shipment["status"]) == (None, "ups", "out_for_delivery")
    assert len(shipment["events"]) == 3
    assert [(asked["source"], asked["found"]) for asked in told["asked"]] == [("ups", True)]
    assert CliRunner().invoke(app, ["track", ups.number]).stdout.count("UPS answered") == 1


def test_an_order_s_parcels_are_asked_for_and_stored(
    ups: CarrierStand, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = place / "orders.csv"
    orders.write_text(f"number,placed_at,tracking_number,carrier\n1001,2026-11-15T10:00:00Z,{ups.number},UPS\n")
    assert run("import", "orders", str(orders))["created"] == 1
    assert run("track", "1001")["shipments"][0]["events"] == []
    use(ups, monkeypatch)
    live = run("track", "1001")
    assert live["shipments"][0]["status"] == "out_for_delivery"
    assert live["shipments"][0]["estimate"]
    monkeypatch.delenv("DOORSTEP_UPS_CLIENT_SECRET")
    stored = run("track", ups.number)
    assert stored["shipments"] == live["shipments"]
    assert stored["number"] == "1001"
    assert stored["asked"][0]["source"] is None


def test_a_carrier_that_is_down_leaves_what_is_stored(
    ups: CarrierStand, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ups, monkeypatch)
    ups.faults = [Fault(404, b"[]")]
    with pytest.raises(InvalidInput, match="no carrier could be asked"):
        run("track", ups.number)
    with pytest.raises(InvalidInput, match="UPS does not know it"):
        run("track", "1Z879E930346834440")


def test_registering(ups: CarrierStand, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(ups, monkeypatch)
    run("track", ups.number, "--register")
    assert ups.registered == [ups.number]


def test_what_nobody_knows(place: Path) -> None:
    with pytest.raises(InvalidInput, match="no carrier could be asked"):
        run("track", "1Z5R89390357567127")
    with pytest.raises(InvalidInput, match="no carrier 'pigeon'"):
        run("track", "1Z5R89390357567127", "--carrier", "pigeon")


def test_carriers_are_listed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_DHL_API_KEY", "key-example")
    monkeypatch.setenv("DOORSTEP_EASYPOST_SECRET", "secret-example")
    rows = {row["code"]: row for row in run("carriers")}
    assert set(rows) == set(STANDS)
    told = {"code": "dhl", "name": "DHL", "asked": True, "pushes": False, "missing": []}
    assert rows["dhl"] == {**told, "last_answered_at": None, "last_error": None, "last_error_at": None}
    assert (rows["easypost"]["asked"], rows["easypost"]["pushes"]) == (False, True)
    shown = CliRunner().invoke(app, ["carriers"], env={"COLUMNS": "160"}).stdout
    assert "DOORSTEP_EASYPOST_API_KEY" in shown
    assert "key-example" not in shown


async def test_sources_are_opened_with_our_settings(place: Path) -> None:
    settings = Settings(dhl_api_key="key-example", carrier_rates="dhl=0.5 ups=20")
    assert configured(settings)["dhl"]
    assert not configured(settings)["ups"]
    assert rates(settings) == {"dhl": 0.5, "ups": 20}
    async with open_source("dhl", settings) as live:
        assert live.api.code == "dhl"
    with pytest.raises(NotConfigured, match="DOORSTEP_UPS_CLIENT_ID, DOORSTEP_UPS_CLIENT_SECRET"):
        open_source("ups", settings)
    with pytest.raises(InvalidInput, match="pigeon"):
        open_source("pigeon", settings)


@pytest.mark.parametrize("written", ["ups", "ups=", "ups=fast", "pigeon=1", "ups=0", "ups=-1", "ups=nan", "ups=1e9"])
def test_a_rate_that_is_none_is_said(written: str) -> None:
    with pytest.raises(NotConfigured, match="DOORSTEP_CARRIER_RATES"):
        rates(Settings(carrier_rates=written))


def test_the_page_is_the_code_s_own() -> None:
    assert with_tables(PAGE.read_text()) == PAGE.read_text(), "run `python -m scripts.carriers_table`"
