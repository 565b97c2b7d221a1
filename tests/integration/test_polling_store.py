"""Whose turn it is, and which parcel's: leases, notes, index walks, and plans for parcels from before polling."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, column, event, insert, select, table, text

from doorstep.polling import place
from doorstep.routes import Routes
from store import polling
from store.database import Database
from store.polling import PollTable
from store.tables import shipments
from store.unit import SqlStore
from store.upgrade import config
from tests.desks import FrozenClock
from tests.reports import tracking_on
from tests.scans import NOON
from tracking.ingest import Ingest
from tracking.model import OrderUpdate, ShipmentUpdate
from tracking.polling import NOBODY_TO_ASK
from tracking.polls import Due, SourceNote

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTHING = SourceNote()


async def test_a_source_has_one_holder_at_a_time(database: Database) -> None:
    polls = PollTable(database)
    assert await polls.lease("ups", "a", NOON, NOON + MINUTE, NOTHING) == NOTHING
    assert await polls.lease("ups", "b", NOON, NOON + MINUTE, NOTHING) is None
    assert await polls.lease("usps", "b", NOON, NOON + MINUTE, NOTHING) is not None
    assert await polls.lease("ups", "a", NOON + MINUTE, NOON + 2 * MINUTE, NOTHING) is not None
    assert await polls.lease("ups", "b", NOON + MINUTE, NOON + 2 * MINUTE, NOTHING) is None
    assert await polls.lease("ups", "b", NOON + 2 * MINUTE, NOON + 3 * MINUTE, NOTHING) is not None
    await polls.release("ups", "a")
    assert await polls.lease("ups", "a", NOON + 2 * MINUTE, NOON + 3 * MINUTE, NOTHING) is None
    await polls.release("ups", "b")
    assert await polls.lease("ups", "a", NOON + 2 * MINUTE, NOON + 3 * MINUTE, NOTHING) is not None


async def test_of_many_at_once_one_gets_it(database: Database) -> None:
    polls = PollTable(database)
    taken = await asyncio.gather(*(polls.lease("ups", f"{n}", NOON, NOON + MINUTE, NOTHING) for n in range(8)))
    assert len([one for one in taken if one is not None]) == 1


async def test_what_is_known_of_a_source_stays(database: Database) -> None:
    polls = PollTable(database)
    await polls.note("ups", SourceNote(last_answered_at=NOON))
    await polls.lease("ups", "a", NOON, NOON + MINUTE, SourceNote(last_error="slow", last_error_at=NOON))
    await polls.lease("ups", "a", NOON, NOON + MINUTE, SourceNote(rest_until=NOON + HOUR))
    assert await polls.notes() == {"ups": SourceNote(NOON, "slow", NOON, NOON + HOUR)}


async def test_a_plan_that_changed_is_not_put_off(database: Database) -> None:
    tracking, polls = tracking_on(database), PollTable(database)
    await tracking.ingest.save_orders([OrderUpdate("1", NOON, "shop", shipments=(ShipmentUpdate("ABC1", "ups"),))])
    (due,) = await polls.due(["ups"], NOON, 9)
    assert due == Due("ABC1", "ABC1", "ups", NOON, "ups")
    await polls.put_off(due, NOON + HOUR, 1, "ups")
    await polls.put_off(due, NOON + 9 * HOUR, 2, "usps")
    assert await polls.due(["ups"], NOON, 9) == []
    assert await polls.due(["ups"], NOON + HOUR, 9) == [Due("ABC1", "ABC1", "ups", NOON + HOUR, "ups", 1)]


async def plan_of(database: Database, query: Any) -> str:
    """How the database goes about a query, asked with its parameters as the program asks it."""
    values = {"code": "ups", "now": NOON, "room": 50, "after": ""}
    how = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    async with database.read() as connection:
        if not database.is_sqlite:
            # A table of few pages is read whole, whatever indexes there are.
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        assert connection.sync_connection is not None

        @event.listens_for(connection.sync_connection, "before_cursor_execute", retval=True)
        def explain(_c: object, _cursor: object, statement: str, given: object, *_: object) -> tuple[str, object]:
            return how + statement, given

        given = {name: value for name, value in values.items() if name in query.compile().params}
        rows = (await connection.execute(query, given)).cursor
        assert rows is not None
        return "\n".join(str(row[-1]) for row in rows.fetchall())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (polling._DUE, "ix_shipments_ask_as"),
        (polling._DUE_URGENT, "ix_shipments_urgent"),
        (polling._FIRST, "ix_shipments_ask_as"),
        (polling._NEXT_CODE, "ix_shipments_ask_as"),
    ],
    ids=["due", "urgent", "first", "codes"],
)
async def test_finding_who_is_due_is_a_walk_along_an_index(database: Database, query: Any, index: str) -> None:
    await fill(database, 2000)
    plan = await plan_of(database, query)
    assert index in plan, plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


async def fill(database: Database, count: int) -> None:
    rows = [
        {
            "key": f"P{n}",
            "tracking_number": f"P{n}",
            "known_since": NOON,
            "status": ("in_transit", "out_for_delivery", "delivered")[n % 3],
            "signed_by": "",
            "ask_as": ("ups", "usps", "")[n // 3 % 3],
            "next_check_at": NOON + n * MINUTE if n % 5 else None,
        }
        for n in range(count)
    ]
    async with database.write() as connection:
        await connection.execute(insert(shipments), rows)
        await connection.execute(text("ANALYZE"))


async def test_the_codes_in_use_are_found(database: Database) -> None:
    await fill(database, 60)
    assert await PollTable(database).codes() == ["", "ups", "usps"]


async def test_parcels_of_no_known_carrier_are_placed(database: Database) -> None:
    clock = FrozenClock(NOON)
    polls, ingest = PollTable(database), Ingest(SqlStore(database), clock)
    parcels = (ShipmentUpdate("1Z5R89390357567127"), ShipmentUpdate("NOBODY'S 1"))
    await ingest.save_orders([OrderUpdate("1", NOON, "shop", shipments=parcels)])
    ups = Routes({"ups_client_id": "a", "ups_client_secret": "b"}.get)
    assert await place(polls, ups, clock) == 2
    assert [due.key for due in await polls.due(["ups"], NOON, 9)] == ["1Z5R89390357567127"]
    assert await polls.due([""], NOON, 9) == []
    # Half a day later somebody is configured who can be asked about anything.
    later = await polls.due([""], NOON + NOBODY_TO_ASK, 9)
    assert [due.tracking_number for due in later] == ["NOBODY'S 1"]


def test_who_is_asked() -> None:
    nobody = Routes({}.get)
    direct = Routes({"ups_client_id": "a", "ups_client_secret": "b", "shippo_api_key": "c"}.get)
    every = Routes({"ups_client_id": "a", "ups_client_secret": "b", "karrio_api_url": "c", "karrio_api_key": "d"}.get)
    assert [routes.source("ups") for routes in (nobody, direct, every)] == [None, "ups", "ups"]
    assert [routes.source("fedex") for routes in (nobody, direct, every)] == [None, "shippo", "karrio"]
    assert [routes.source("") for routes in (nobody, direct, every)] == [None, None, "karrio"]
    usps = "9405803699300124287899"
    assert direct.turns("ups", usps)[:2] == ("ups", "usps")
    assert every.turns("ups", usps)[0] == "ups"
    assert every.turns("ups", usps)[-1] == ""
    assert every.turns(None, usps) == ("",)
    assert "usps" in direct.turns(None, usps)
    assert nobody.turns(None, usps) == ()


async def test_parcels_from_before_are_planned_and_spread(database: Database) -> None:
    now = datetime.now(UTC)
    known = {"known_since": now - 9 * DAY, "signed_by": "", "carrier": "ups", "status_at": now - DAY}
    rows = [
        *({**known, "key": f"L{n}", "status": "in_transit"} for n in range(100)),
        {**known, "key": "R", "status": "returned"},
        {**known, "key": "D", "status": "delivered", "delivered_at": now - 4 * DAY},
        {**known, "key": "F", "status": "delivered", "delivered_at": now - 2 * DAY},
        {**known, "key": "S", "status": "label_created", "status_at": now - 70 * DAY},
        {**known, "key": "N", "status": "pending", "carrier": None, "status_at": None},
    ]
    full = [{"delivered_at": None, "tracking_number": row["key"], **row} for row in rows]

    def before(connection: Connection) -> None:
        command.downgrade(config(connection), "0010")

    async with database.write() as connection:
        await connection.run_sync(before)
        columns = (
            "key",
            "tracking_number",
            "known_since",
            "carrier",
            "status",
            "status_at",
            "delivered_at",
            "signed_by",
        )
        await connection.execute(insert(table_of(columns)), full)
    await database.migrate()
    async with database.read() as connection:
        found = {row["key"]: row for row in (await connection.execute(select(shipments))).mappings()}
    due = [found[f"L{n}"]["next_check_at"] for n in range(100)]
    assert all(now - MINUTE <= at <= now + 4 * HOUR + MINUTE for at in due)
    assert len(set(due)) == 100
    assert {key: bool(found[key]["next_check_at"]) for key in "RDFSN"} == dict.fromkeys("RDS", False) | {
        "F": True,
        "N": True,
    }
    assert (found["L1"]["ask_as"], found["N"]["ask_as"]) == ("ups", "")


def table_of(columns: tuple[str, ...]) -> Any:
    """The table as it was then."""
    return table("shipments", *(column(name, shipments.c[name].type) for name in columns))
