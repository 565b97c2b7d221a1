"""Pictures by text: fetched from Twilio alone, signed in there and nowhere else, surely and once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels._mms import Account, picture_urls
from store.database import Database
from store.file_tables import files
from store.support_tables import messages, outbox
from support import wording
from support.files import MOST_BYTES
from support.model import Agent, TicketReason
from tests.fakes import SECRETS
from tests.pictures import PictureWorld, picture, picture_world
from tests.texts import PHONE, rows, text

SID = SECRETS["twilio_account_sid"]
PATH = f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME"
SIGNED_IN = aiohttp.encode_basic_auth(SID, SECRETS["twilio_auth_token"])


@dataclass
class Host:
    """A server that gives what a test tells it to.

    `asked` are the paths and credentials it saw, `texted` what it was to send.
    """

    address: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    texted: list[str] = field(default_factory=list)

    async def give(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        if request.path.endswith("Messages.json"):
            self.texted.append(str((await request.post())["Body"]))
            return web.json_response({"sid": f"SM{len(self.asked)}", "status": "queued"}, status=201)
        answer = self.answers.get(request.path, 404)
        if isinstance(answer, int):
            return web.Response(status=answer)
        if isinstance(answer, str):
            return web.Response(status=307, headers={"Location": answer})
        if callable(answer):
            return await answer(request)
        return web.Response(body=answer, content_type="image/jpeg")


@asynccontextmanager
async def hosting() -> AsyncIterator[Host]:
    host, server = Host(), web.Application()
    server.router.add_route("*", "/{tail:.*}", host.give)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host.address = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield host
    finally:
        await runner.cleanup()


@pytest.fixture
async def twilio() -> AsyncIterator[Host]:
    async with hosting() as host:
        yield host


@pytest.fixture
def place(database: Database, tmp_path: Path, twilio: Host) -> PictureWorld:
    return picture_world(database, tmp_path / "files", {**SECRETS, "twilio_api_url": twilio.address})


def media(twilio: Host, *kinds: str) -> dict[str, str]:
    fields = {"NumMedia": str(len(kinds))}
    for number, kind in enumerate(kinds):
        fields |= {f"MediaUrl{number}": f"{twilio.address}{PATH}{number}", f"MediaContentType{number}": kind}
    return fields


async def send(place: PictureWorld, words: str, sid: str, **fields: str) -> list[str]:
    return await text(place.app, words, sid, **fields)


async def test_a_picture_is_passed_on_and_answered_at_once(
    place: PictureWorld, database: Database, twilio: Host
) -> None:
    twilio.answers[f"{PATH}0"] = picture()
    fields = media(twilio, "image/jpeg")
    assert await send(place, "", "SM1", **fields) == [wording.PICTURE_TAKEN]
    assert twilio.asked == []  # not fetched while Twilio waits
    assert await send(place, "", "SM1", **fields) == [wording.PICTURE_TAKEN]
    assert len(await rows(database, outbox)) == 1
    assert await place.worker.once()
    assert twilio.asked == [(f"{PATH}0", SIGNED_IN)]
    conversation = f"sms:{PHONE}"
    (file,) = await place.files.of(conversation)
    said = await place.app.services.desk.history(conversation, 0)
    assert [(message.author, message.card and message.card["id"]) for message in said] == [
        ("shopper", None),
        ("bot", None),
        ("shopper", file.id),
    ]
    assert place.app.bot.heard == []


async def test_words_beside_pictures_go_to_the_bot(place: PictureWorld, twilio: Host) -> None:
    twilio.answers |= {f"{PATH}0": picture(), f"{PATH}1": picture("PNG")}
    answer = await send(place, "it is broken", "SM1", **media(twilio, "image/jpeg", "image/png"))
    assert answer == [f"You said: it is broken\n{wording.PICTURE_PASSED_ON}"]
    while await place.worker.once():
        pass
    assert len(await place.files.of(f"sms:{PHONE}")) == 2
    assert [inbound.text for inbound, _ in place.app.bot.heard] == ["it is broken"]


async def test_they_are_put_on_the_open_ticket(place: PictureWorld, twilio: Host) -> None:
    twilio.answers[f"{PATH}0"] = picture()
    await send(place, "hello", "SM1")
    tickets = place.app.services.tickets
    ticket = await tickets.open(f"sms:{PHONE}", TicketReason.DAMAGED, "Broken cup")
    answer = await send(place, "", "SM2", **media(twilio, "image/jpeg"))
    assert answer == [wording.PICTURE_NOTED.format(ticket=ticket.number)]
    await place.worker.once()
    assert [line.what for line in await tickets.history(ticket.number)] == ["opened", "picture"]


async def test_where_a_person_is_there_the_bot_says_nothing(place: PictureWorld, twilio: Host) -> None:
    twilio.answers[f"{PATH}0"] = picture()
    await send(place, "hello", "SM1")
    await place.app.handover.take(f"sms:{PHONE}", Agent("a-1", "Ann"))
    assert await send(place, "", "SM2", **media(twilio, "image/jpeg")) == []
    assert await send(place, "see?", "SM3", **media(twilio, "image/jpeg")) == []
    while await place.worker.once():
        pass
    assert len(await place.files.of(f"sms:{PHONE}")) == 2


async def test_films_and_cards_are_not_fetched(place: PictureWorld, database: Database, twilio: Host) -> None:
    assert await send(place, "", "SM1", **media(twilio, "video/mp4", "text/vcard")) == [wording.NO_PICTURES]
    assert await send(place, "look", "SM2", **media(twilio, "video/mp4")) == ["You said: look"]
    assert await rows(database, outbox) == []


async def test_a_stop_with_a_picture_is_a_stop(place: PictureWorld, database: Database, twilio: Host) -> None:
    assert await send(place, "STOP", "SM1", **media(twilio, "image/jpeg")) == [wording.TEXTS_STOPPED]
    assert await send(place, "", "SM2", **media(twilio, "image/jpeg")) == []
    assert await rows(database, outbox) == []


async def test_what_is_down_is_tried_again_and_what_was_done_twice_is_there_once(
    place: PictureWorld, database: Database, twilio: Host
) -> None:
    twilio.answers[f"{PATH}0"] = 503
    await send(place, "", "SM1", **media(twilio, "image/jpeg"))
    await place.worker.once()
    (job,) = await rows(database, outbox)
    assert (job.tries, job.done_at, job.failed_at) == (1, None, None)
    twilio.answers[f"{PATH}0"] = picture()
    handler = place.worker._handlers["mms"]
    for _ in range(2):  # a worker that died before it could say that the job was done
        await handler(job)
    assert len(await rows(database, files)) == len(place.on_disk()) == 1
    assert [row.author for row in await rows(database, messages)].count("shopper") == 2


async def big(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    await answer.prepare(request)
    await answer.write(b"\xff\xd8\xff" + b"\0" * 20)
    for _ in range(2 * MOST_BYTES // 65536):
        await answer.write(b"\0" * 65536)
    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"MZ this is a program, not a picture", wording.NOT_A_PICTURE),
        (b"\xff\xd8\xff" + b"\0" * 100, wording.PICTURE_IS_BROKEN),
        (b"\xff\xd8\xff" + b"\0" * MOST_BYTES, wording.PICTURE_TOO_BIG),
        (big, wording.PICTURE_TOO_BIG),
    ],
    ids=["program", "broken", "big", "endless"],
)
async def test_what_cannot_be_taken_is_said_so(
    place: PictureWorld, database: Database, twilio: Host, answer: Any, words: str
) -> None:
    twilio.answers[f"{PATH}0"] = answer
    await send(place, "", "SM1", **media(twilio, "image/jpeg"))
    await place.worker.once()
    (job,) = await rows(database, outbox)
    assert job.done_at is not None
    assert await rows(database, files) == []
    assert place.on_disk() == set()
    assert twilio.texted == [words]


async def test_one_redirect_is_followed_without_our_credentials(place: PictureWorld, twilio: Host) -> None:
    async with hosting() as cdn:
        cdn.answers["/deep/picture"] = picture()
        twilio.answers[f"{PATH}0"] = f"{cdn.address}/deep/picture"
        await send(place, "", "SM1", **media(twilio, "image/jpeg"))
        await place.worker.once()
        assert cdn.asked == [("/deep/picture", None)]
    assert len(await place.files.of(f"sms:{PHONE}")) == 1


async def test_a_second_redirect_is_not(place: PictureWorld, database: Database, twilio: Host) -> None:
    async with hosting() as cdn:
        cdn.answers |= {"/first": f"{cdn.address}/second", "/second": picture()}
        twilio.answers[f"{PATH}0"] = f"{cdn.address}/first"
        await send(place, "", "SM1", **media(twilio, "image/jpeg"))
        await place.worker.once()
        assert [path for path, _ in cdn.asked] == ["/first"]
    (job,) = await rows(database, outbox)
    assert job.failed_at is not None


@pytest.mark.parametrize(
    "url", ["{other}{path}", "{other}/2010-04-01/x", "http://169.254.169.254/latest", "file:///etc/passwd"]
)
async def test_no_other_address_is_ever_asked(place: PictureWorld, database: Database, twilio: Host, url: str) -> None:
    async with hosting() as other:
        bad = url.format(other=other.address, path=f"{PATH}0")
        fields = {"NumMedia": "1", "MediaUrl0": bad, "MediaContentType0": "image/jpeg"}
        await send(place, "", "SM1", **fields)
        await place.worker.once()
        assert other.asked == []
    assert twilio.asked == []
    (job,) = await rows(database, outbox)
    assert job.failed_at is not None


REAL = Account("https://api.twilio.com", SID, "token")
LOCAL = Account("http://127.0.0.1:9000", SID, "token")


@pytest.mark.parametrize(
    ("account", "url", "good"),
    [
        (REAL, f"https://api.twilio.com{PATH}1", True),
        (REAL, f"http://api.twilio.com{PATH}1", False),
        (REAL, f"https://api.twilio.com:8443{PATH}1", False),
        (REAL, f"https://api.twilio.com.example.com{PATH}1", False),
        (REAL, f"https://api.twilio.com@example.com{PATH}1", False),
        (REAL, f"https://user@api.twilio.com{PATH}1", False),
        (REAL, f"https://example.com/?https://api.twilio.com{PATH}1", False),
        (REAL, f"https://api.twilio.com{PATH}1/../../../x", False),
        (REAL, f"https://api.twilio.com{PATH}1?x=1", False),
        (REAL, "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json", False),
        (LOCAL, f"http://127.0.0.1:9000{PATH}1", True),
        (LOCAL, f"http://127.0.0.1:9001{PATH}1", False),
        (Account("http://api.twilio.com", SID, "token"), f"http://api.twilio.com{PATH}1", False),
    ],
)
def test_which_addresses_are_twilio_s(account: Account, url: str, good: bool) -> None:
    assert account.owns(url) is good


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://mms.twiliocdn.com/AC1/abc", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc?sig=1", True),
        ("http://mms.twiliocdn.com/AC1/abc", False),
        ("https://127.0.0.1/x", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/x", False),
        ("https://localhost/x", False),
        ("https://metadata/x", False),
        ("https://user:pw@mms.twiliocdn.com/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_where_twilio_may_send_us_on_to(url: str, good: bool) -> None:
    assert REAL.may_go_on_to(url) is good


@pytest.mark.parametrize("count", ["", "x", "-1", "99999", "²"])
def test_a_count_that_is_none_counts_nothing(count: str) -> None:
    assert picture_urls({"NumMedia": count, "MediaUrl0": "https://x", "MediaContentType0": "image/png"}) == ()
