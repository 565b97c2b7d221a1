"""Walks all helpdesks: each is documented, says what it lacks, and follows a conversation with all that is known."""

import pytest

from doorstep.settings import ROOT, Settings
from store.database import Database
from support.helpdesks import helpdesks
from support.helpdesks.base import Helpdesk
from support.model import TicketReason
from tests.helpdesk_house import House, house
from tests.helpdesk_stands import STANDS
from tests.helpdesk_stands.base import Stand

pytest_plugins = ["tests.helpdesk_fixtures"]


async def test_a_ticket_is_opened_there_with_all_that_is_known(called: House) -> None:
    thread = called.thread()
    known = "\n".join(thread.said(True) + thread.said(False) + [str(thread.data)])
    for needed in ("where is my parcel", "You said: where is my parcel", "T-1001", "missing", "delivered"):
        assert needed in known, needed
    assert "doorstep_missing" in str(thread.data)
    assert thread.state == "open"


async def test_what_only_agents_may_see_is_private(called: House) -> None:
    assert not [text for text in called.thread().said(True) if "Reason" in text or "shown_as" in text]
    assert [text for text in called.thread().said(False) if "shown_as: delivered" in text]


async def test_later_words_follow_in_order_the_bots_as_notes(called: House) -> None:
    for text in ("hello?", "anyone?"):
        await called.shopper(text)
    await called.work()
    entries = [entry for entry in called.thread().entries if "hello" in entry.text or "anyone" in entry.text]
    assert [(entry.by, entry.public) for entry in entries] == [("shopper", True), ("api", False)] * 2
    assert [text.split(" ref")[0].split("\nref")[0] for text in (e.text for e in entries)] == [
        "hello?", "Assistant: You said: hello?", "anyone?", "Assistant: You said: anyone?",
    ]  # fmt: skip


async def test_nothing_follows_while_the_bot_alone_is_there(home: House) -> None:
    await home.shopper("where is my parcel")
    await home.work()
    assert home.stand.asked == []
    assert await home.jobs() == 0


async def test_a_second_ticket_joins_the_thread(called: House) -> None:
    await called.call(TicketReason.COMPLAINT)
    await called.work()
    assert [text for text in called.thread().said(False) if "T-1002" in text]


async def test_without_its_settings_it_follows_nothing_and_says_what_is_missing(
    database: Database, stand: Stand
) -> None:
    async with house(database, stand, configured=()) as home:
        await home.shopper("where is my parcel")
        await home.call()
        await home.shopper("hello?")
        assert await home.jobs() == 0
        answer = await home.client.post(f"/webhooks/{stand.code}", content=b"{}")
    assert answer.status_code == 503
    for name in helpdesks()[stand.code].settings:
        assert f"DOORSTEP_{name.upper()}" in answer.json()["error"]["message"]


async def test_one_configured_in_part_is_left_out(database: Database, stand: Stand) -> None:
    names = list(stand.settings())
    async with house(database, stand, configured=names[:-1]) as home:
        await home.shopper("where is my parcel")
        await home.call()
        assert await home.jobs() == 0


@pytest.mark.parametrize("helpdesk", helpdesks().values(), ids=lambda helpdesk: helpdesk.code)
def test_every_helpdesk_is_documented(helpdesk: Helpdesk) -> None:
    page = (ROOT / "docs" / "helpdesks.md").read_text()
    assert f"## {helpdesk.name}" in page
    assert f"`/webhooks/{helpdesk.code}`" in page
    for name in helpdesk.settings:
        assert name in Settings.model_fields
        assert f"`DOORSTEP_{name.upper()}`" in page


def test_every_stand_in_is_for_a_helpdesk() -> None:
    assert set(STANDS) == set(helpdesks())
