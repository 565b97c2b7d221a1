"""The demo's simulated colleague: waits a little, answers in turn, solves, and leaves others' conversations alone."""

from demo.colleague import LINES, Colleague
from store.database import Database
from support.model import Agent, Inbound
from support.wording import HOW_WAS_IT
from tests.desks import FrozenClock
from tests.fakes import World, world

ROBIN = Agent("robin", "Robin")


async def said(app: World) -> list[str]:
    return [message.text for message in await app.services.desk.history("c1", 0) if message.author == "agent"]


async def test_it_answers_who_has_waited_until_all_is_said(database: Database) -> None:
    app, clock = world(database), FrozenClock(at=world(database).services.clock.now())
    desk = app.services.desk
    robin = Colleague(ROBIN, app.console.inbox, app.handover, desk, clock, typing_seconds=0)
    await desk.handle(Inbound("c1", "m1", "a person please"))
    await desk.handle(Inbound("c2", "m1", "a person please"))
    await app.handover.take("c2", Agent("kim", "Kim"))
    await robin.once()
    assert await said(app) == []
    clock.pass_(seconds=10)
    await robin.once()
    await robin.once()
    assert await said(app) == [LINES[0].format(name="Robin")]
    for n in range(2):
        await desk.handle(Inbound("c1", f"n{n}", "ok"))
        await robin.once()
    assert len(await said(app)) == 4
    assert (await said(app))[-1] == HOW_WAS_IT
    known, other = await desk.conversation("c1"), await desk.conversation("c2")
    assert known
    assert other
    assert known.owner == "bot"
    assert all(ticket.state == "solved" for ticket in await app.services.tickets.of("c1"))
    assert other.agent == Agent("kim", "Kim")
