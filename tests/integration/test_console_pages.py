"""The console's pages and forms over HTTP and both databases: what agents see, what they do, what is noted."""

from html import unescape
from html.parser import HTMLParser

import pytest

from store.database import Database
from support.model import Inbound, SignedIdentity, TicketReason
from tests.consoles import Browser, agent, an_order, browser, waiting
from tests.fakes import World, world

HOSTILE = "<script>window.hacked=1</script><img src=x onerror=alert(1)>'\"{{123456*7}}</textarea></title>"


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


class Tags(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def audit(page: Browser) -> str:
    return (await page.get("/audit")).text


async def test_the_queue_shows_who_waits_the_longest_wait_first(app: World) -> None:
    for name in ("c1", "c2", "c3"):
        await waiting(app, name)
    async with agent(app) as sam:
        page = (await sam.get()).text
        rows = [attributes["data-row"] for tag, attributes in Tags(page).found if attributes.get("data-row")]
        assert rows == ["c1", "c2", "c3"]
        await sam.post("/conversations/c1/take")
        assert 'data-row="c1"' not in (await sam.get("/queue?view=waiting")).text
        assert 'data-row="c1"' in (await sam.get("/queue?view=mine")).text
        assert 'data-row="c1"' in (await sam.get("/queue?view=open")).text
        await sam.post("/conversations/c1/solve")
        assert 'data-row="c1"' not in (await sam.get("/queue?view=open")).text
        assert 'data-row="c1"' in (await sam.get("/queue?view=solved")).text


async def test_an_agent_takes_answers_and_solves(app: World) -> None:
    ticket = await waiting(app)
    async with agent(app) as sam:
        assert sam.account
        assert (await sam.post("/conversations/c1/take")).status_code == 204
        assert (await sam.post("/conversations/c1/say", message_id="a-1", text="Hello!")).status_code == 204
        assert (await sam.post("/conversations/c1/say", message_id="a-1", text="Hello!")).status_code == 204
        page = (await sam.get("/conversations/c1")).text
        assert page.count("Hello!") == 1
        assert "You have this conversation" in page
        assert (await sam.post("/conversations/c1/solve")).status_code == 204
    found = await app.services.tickets.get(ticket)
    assert found
    assert (found.state, found.assignee) == ("solved", sam.account.id)
    turn = await app.services.desk.handle(Inbound("c1", "m9", "hi again"))
    assert turn.owner == "bot"
    assert turn.replies


async def test_forms_work_without_scripts(app: World) -> None:
    await waiting(app)
    async with agent(app) as sam:
        answer = await sam.post("/conversations/c1/take", live=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/conversations/c1")


async def test_who_comes_second_is_told_kindly_who_was_first(app: World) -> None:
    await waiting(app)
    async with agent(app, "Kim") as kim, agent(app, "Sam") as sam:
        await kim.post("/conversations/c1/take")
        for act, fields in (("take", {}), ("say", {"message_id": "a", "text": "hi"}), ("give-back", {}), ("solve", {})):
            answer = await sam.post(f"/conversations/c1/{act}", **fields)
            assert (answer.status_code, answer.json()["error"]["message"]) == (409, "Kim has this conversation.")
        assert "Kim has this conversation" in (await sam.get("/conversations/c1")).text
        plain = await sam.post("/conversations/c1/take", live=False)
        assert plain.status_code == 409
        assert "Kim has this conversation." in plain.text
        assert kim.account
        assert sam.account
        passed = await kim.post("/conversations/c1/transfer", to=sam.account.id)
        assert passed.status_code == 204
        assert "You have this conversation" in (await sam.get("/conversations/c1")).text
        assert (await sam.post("/conversations/c1/transfer", to="nobody")).status_code == 400


async def test_solving_what_is_not_ones_own_changes_nothing(app: World) -> None:
    ticket = await waiting(app)
    async with agent(app) as sam:
        assert (await sam.post("/conversations/c1/solve")).status_code == 409
    found = await app.services.tickets.get(ticket)
    assert found
    assert found.state == "open"


async def test_only_an_admin_takes_out_of_a_colleagues_hands(app: World) -> None:
    await waiting(app)
    async with agent(app, "Kim") as kim, agent(app, "Sam") as sam, agent(app, "Ada", "admin") as ada:
        await kim.post("/conversations/c1/take")
        assert (await sam.post("/conversations/c1/take-over")).status_code == 403
        assert (await ada.post("/conversations/c1/take-over")).status_code == 204
        assert "Ada has this conversation" in (await sam.get("/conversations/c1")).text


async def test_tickets_are_changed_and_the_history_says_by_whom(app: World) -> None:
    ticket = await waiting(app)
    async with agent(app) as sam:
        assert sam.account
        fields = {"state": "pending", "priority": "urgent", "assignee": sam.account.id, "contact": "x@example.com"}
        assert (await sam.post(f"/tickets/{ticket}", **fields)).status_code == 204
        page = (await sam.get("/conversations/c1")).text
        assert "priority urgent" in " ".join(unescape(page).split())
        for bad in ({"state": "gone"}, {"priority": "x"}, {"assignee": "nobody"}):
            assert (await sam.post(f"/tickets/{ticket}", **bad)).status_code in (400, 422)
        assert (await sam.post("/tickets/T-9", state="open")).status_code == 404
        assert (await sam.get(f"/tickets/{ticket}")).headers["location"] == "/console/conversations/c1"
    found = await app.services.tickets.get(ticket)
    assert found
    assert (found.state, found.priority, found.contact) == ("pending", "urgent", "x@example.com")
    assert {change.who for change in await app.services.tickets.history(ticket)} == {"shopper", sam.account.id}


async def test_notes_stay_among_agents(app: World) -> None:
    await waiting(app)
    async with agent(app, "Kim") as kim, agent(app, "Sam") as sam:
        assert (await kim.post("/conversations/c1/notes", text="Called the depot.")).status_code == 204
        assert "Called the depot." in (await sam.get("/conversations/c1")).text
        assert (await kim.post("/conversations/c1/notes", text=" ")).status_code == 400
        assert (await kim.post("/conversations/none/notes", text="x")).status_code == 404
    assert all("depot" not in message.text for message in await app.services.desk.history("c1", 0))


async def test_the_order_is_shown_with_both_clocks_its_sources_and_how_it_was_proven(app: World) -> None:
    await an_order(app)
    await waiting(app, order="1001")
    async with agent(app) as sam:
        page = (await sam.get("/conversations/c1")).text
        for words in ("test-carrier", "IT-RAW", "Left the centre · Springfield", "Happened", "We heard", "not proven"):
            assert words in page
        await app.console.identity.prove("c1", "1001", "ada@example.com")
        assert "order number and a proof" in (await sam.get("/conversations/c1")).text
        signed = Inbound("c2", "m1", "hello", "sms", SignedIdentity("+12025550101"))
        await app.services.desk.handle(signed)
        assert "signed phone number" in (await sam.get("/conversations/c2")).text


async def test_canned_answers_are_filled_from_the_order(app: World) -> None:
    await an_order(app)
    await waiting(app, order="1001")
    await waiting(app, "c2")
    async with agent(app) as sam:
        filled = unescape((await sam.get("/conversations/c1")).text)
        assert "parcel TEST1001" in filled
        assert "Hello, Sam from Example shop here." in filled
        assert "parcel [tracking number]" in unescape((await sam.get("/conversations/c2")).text)


@pytest.mark.parametrize(
    ("wanted", "order", "conversation"),
    [
        ("1001", True, True),
        ("#1001", True, True),
        ("TEST1001", True, True),
        ("Ada@Example.com", True, True),
        ("(202) 555-0101", True, True),
        ("+1 202 555 0101", True, True),
        ("{ticket}", False, True),
        ("SOMEBODY PLEASE", False, True),
        ("100%", False, False),
        ("nothing like it", False, False),
        ("", False, False),
    ],
)
async def test_search(app: World, wanted: str, order: bool, conversation: bool) -> None:
    await an_order(app)
    ticket = await waiting(app, order="1001")
    async with agent(app) as sam:
        answer = await sam.client.get("/console/search", params={"q": wanted.format(ticket=ticket)})
    assert ('href="/console/orders/1001"' in answer.text) is order
    assert ('data-row="c1"' in answer.text) is conversation


async def test_every_look_is_noted_and_only_admins_read_that(app: World) -> None:
    await an_order(app)
    await waiting(app, order="1001")
    async with agent(app) as sam, agent(app, "Ada", "admin") as ada:
        await sam.get("/conversations/c1")
        await sam.get("/conversations/c1")
        await sam.client.get("/console/search", params={"q": "ada@example.com"})
        await sam.get("/orders/1001")
        assert (await sam.get("/audit")).status_code == 403
        page = await audit(ada)
        assert page.count("<td>Sam</td>") == 3  # the conversation, its order and the search: each once in five minutes
        assert "ada@example.com" not in page.split("<tbody>")[1]
        assert "a…@example.com" in page


async def test_the_log_does_not_keep_the_phone_of_who_texts(app: World) -> None:
    for conversation in ("sms:+15550100142", "sms:whatsapp:+15550100142", "web-12ab"):
        await app.console.inbox.looked("sam", "conversation", conversation)
    assert [look.about for look in await app.console.inbox.looks()] == ["web-12ab", "sms:whatsapp:…142", "sms:…142"]


async def test_the_log_can_not_be_changed(app: World, database: Database) -> None:
    from sqlalchemy import delete, update
    from sqlalchemy.exc import DBAPIError

    from store.agent_tables import agent_looks

    await app.console.inbox.looked("sam", "order", "1001")
    for change in (delete(agent_looks), update(agent_looks).values(agent="kim")):
        with pytest.raises(DBAPIError):
            async with database.write() as connection:
                await connection.execute(change)
    assert [look.agent for look in await app.console.inbox.looks()] == ["sam"]


async def test_nothing_that_a_shopper_or_a_shop_writes_runs(app: World) -> None:
    await an_order(app, name=HOSTILE[:200], email="ada@example.com")
    await app.services.desk.handle(Inbound("c1", "m1", HOSTILE))
    number = (await app.services.tickets.open("c1", TicketReason.MISSING, HOSTILE, "1001", {HOSTILE: HOSTILE})).number
    async with agent(app, "Kim <b>") as kim, agent(app, "Ada", "admin") as ada:
        await kim.post("/conversations/c1/take")
        await kim.post("/conversations/c1/say", message_id="a", text=HOSTILE)
        await kim.post("/conversations/c1/notes", text=HOSTILE)
        await kim.post(f"/tickets/{number}", contact=HOSTILE[:250])
        await kim.client.get("/console/search", params={"q": HOSTILE[:100]})
        for path in ("", "/conversations/c1", "/queue?view=open", "/orders/1001", "/audit"):
            answer = await ada.get(path)
            assert answer.status_code == 200
            check_harmless(answer.text)
        found = await kim.client.get("/console/search", params={"q": HOSTILE[:100]})
        check_harmless(found.text)
        check_harmless((await kim.post("/conversations/c1/take", live=False)).text)


def check_harmless(page: str) -> None:
    for tag, attributes in Tags(page).found:
        assert tag != "img"
        assert tag != "script" or attributes.get("src") == "/console/static/console.js"
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not str(attributes.get("href", "")).startswith("javascript")
    assert "864192" not in page


async def test_pages_are_kept_nowhere_and_run_nothing_foreign(app: World) -> None:
    async with browser(app) as nobody, agent(app) as sam:
        for page in (await nobody.get("/sign-in"), await sam.get(), await sam.get("/orders/none"), await nobody.get()):
            assert page.headers["cache-control"] == "no-store"
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["x-content-type-options"] == "nosniff"
        script = await nobody.get("/static/console.js")
        assert script.headers["content-type"].startswith("text/javascript")
        assert (await nobody.get("/static/console.js", **{"if-none-match": script.headers["etag"]})).status_code == 304
        assert (await nobody.get("/static/..%2fcanned.toml")).status_code == 404


async def test_the_queue_is_measured(app: World, database: Database) -> None:
    counts = await app.console.inbox.counts()
    assert (counts.waiting, counts.overdue, counts.oldest) == (0, 0, None)
    await waiting(app)
    counts = await app.console.inbox.counts()
    assert (counts.waiting, counts.open) == (1, 1)
    assert counts.oldest is not None
