"""What must not be kept is in no table and not in the bot's ears; proof still works; what ended is masked later."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from store.database import Database
from store.masking import mask_ended
from store.support_tables import messages
from store.tables import metadata
from support.masking_more import mask_more
from support.model import Inbound, TicketReason
from support.ports import BotReply
from tests.desks import Rooms, rooms_on
from tests.reports import order
from tracking.errors import Unavailable

CARD = "4111 1111 1111 1111"


@pytest.fixture
def rooms(database: Database) -> Rooms:
    return rooms_on(database)


async def everything(database: Database) -> str:
    async with database.read() as connection:
        rows = [dict(row) for t in metadata.sorted_tables for row in (await connection.execute(select(t))).mappings()]
    return "\n".join(map(str, rows))


async def test_a_card_reaches_neither_bot_nor_table(rooms: Rooms, database: Database) -> None:
    await rooms.desk.handle(Inbound("c", "m-1", f"charge {CARD} 12/27 123, my password is hunter2"))
    assert rooms.bot.asked == [("charge •••• 1111 12/27 •••, my password is ••••", False)]
    left = await everything(database)
    for secret in (CARD, "4111", "hunter2", " 123"):
        assert secret not in left


async def test_nor_a_ticket(rooms: Rooms, database: Database) -> None:
    rooms.bot.answer = lambda _: Unavailable("away")
    await rooms.desk.handle(Inbound("c", "m-1", f"charge {CARD}"))
    details = {"words": f"my card {CARD}", "list": [CARD]}
    await rooms.tickets.open("c", TicketReason.COMPLAINT, f"About {CARD}", details=details)
    await rooms.tickets.open("c", TicketReason.COMPLAINT, f"Again {CARD}", details=details)
    assert "4111" not in await everything(database)


async def test_proof_reaches_the_bot_as_it_was_typed(rooms: Rooms) -> None:
    for number, proof in enumerate(("1041 98996", "robin@example.com", "SW1A 1AA", "+12025550142", "0142")):
        await rooms.desk.handle(Inbound("c", f"m-{number}", proof))
    assert [text for text, _ in rooms.bot.asked] == [
        "1041 98996",
        "robin@example.com",
        "SW1A 1AA",
        "+12025550142",
        "0142",
    ]


async def test_a_button_s_payload_is_still_a_command(rooms: Rooms) -> None:
    from support.model import Button, Reply

    offered = Button("This one", '/choose{"order": "1001"}')
    rooms.bot.answer = lambda _: BotReply((Reply("Which?", (offered,)),))
    await rooms.desk.handle(Inbound("c", "m-1", "where is it"))
    await rooms.desk.handle(Inbound("c", "m-2", offered.payload))
    assert rooms.bot.asked[-1] == (offered.payload, True)


async def test_what_ended_long_ago_is_masked_once_and_the_rest_is_not(rooms: Rooms, database: Database) -> None:
    await rooms.ingest.save_orders([order("1001")])
    said = "I'm at robin@example.com, 12 Elm Tree Road"
    for conversation in ("old", "waiting", "new"):
        await rooms.desk.handle(Inbound(conversation, "m-1", said))
    old = await rooms.tickets.open("old", TicketReason.DAMAGED, said, details={"words": said})
    await rooms.tickets.open("old", TicketReason.DAMAGED, said, details={"words": said})
    await rooms.tickets.update(old.number, {"state": "solved"}, "a-1")
    await rooms.tickets.open("waiting", TicketReason.DAMAGED, said)
    rooms.clock.pass_(days=40)
    await rooms.desk.handle(Inbound("new", "m-2", said))
    run = partial(mask_ended, database, mask_more, rooms.clock.now() - timedelta(days=30), rooms.clock.now())
    assert await run() == 1
    assert await run() == 0
    async with database.read() as connection:
        rows = (await connection.execute(select(messages).order_by(messages.c.number))).all()
    texts = {name: [row.text for row in rows if row.conversation == name] for name in ("old", "waiting", "new")}
    assert texts["old"] == ["I'm at ••••, ••••", "You said: I'm at ••••, ••••"]
    assert texts["waiting"][0] == texts["new"][0] == said
    ticket = await rooms.tickets.get(old.number)
    assert ticket is not None
    assert "robin@" not in str(ticket) + str(await rooms.tickets.history(old.number))
    rooms.clock.pass_(days=1)
    await rooms.desk.handle(Inbound("old", "m-2", said))
    rooms.clock.pass_(days=40)
    assert await mask_ended(database, mask_more, rooms.clock.now() - timedelta(days=30), rooms.clock.now()) == 2
