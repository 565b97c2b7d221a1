"""Telling the merchant by Apprise: each address by itself, as the shop, and going nowhere it was not sent."""

import sys
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request, Response

from alerts.media import media
from alerts.media.apprise import MEDIUM
from alerts.model import Gone
from tests.media_stands.apprise import ChatRoom, chat_room
from tests.served import served
from tracking.errors import NotConfigured, Unavailable


@pytest.fixture
async def room() -> AsyncIterator[ChatRoom]:
    async with chat_room() as stand_in:
        yield stand_in


async def test_it_says_who_speaks_and_names_no_pictures_from_elsewhere(room: ChatRoom) -> None:
    settings = room.settings | {"shop_name": "Lantern & Loom"}
    sent = await MEDIUM.sender(settings.get)(room.outgoing())
    (told,) = room.taken
    assert (told["title"], told["message"]) == ("On its way", "Your order is on its way.")
    assert sent.provider_id == "key-1"
    assert "http" not in str(told)


async def test_each_address_is_told_by_itself(room: ChatRoom) -> None:
    two = f"{room.settings['apprise_urls']} json://127.0.0.1:9/nobody"
    assert MEDIUM.merchants
    send, (first, second) = MEDIUM.sender({"apprise_urls": two}.get), MEDIUM.merchants({"apprise_urls": two}.get)
    assert first == room.to
    await send(room.outgoing())
    with pytest.raises(Unavailable):
        await send(type(room.outgoing())(second, "text", "key-1"))
    assert len(room.taken) == 1


async def test_an_address_that_the_settings_name_no_more_is_gone(room: ChatRoom) -> None:
    message, other = room.outgoing(), {"apprise_urls": "json://127.0.0.1:9/other"}
    with pytest.raises(Gone) as gone:
        await MEDIUM.sender(other.get)(message)
    assert gone.value.code == "not_configured"


async def test_it_goes_nowhere_it_was_not_sent(room: ChatRoom) -> None:
    app, seen = FastAPI(), list[str]()

    async def elsewhere(_: Request) -> Response:
        seen.append("here")
        return Response(status_code=307, headers={"Location": room.settings["apprise_urls"].replace("json", "http")})

    app.add_api_route("/team", elsewhere, methods=["POST"], response_model=None)
    async with served(app) as address:
        room.settings["apprise_urls"] = f"json://{address}/team"
        send, message = MEDIUM.sender(room.settings.get), room.outgoing()
        with pytest.raises(Unavailable):
            await send(message)
    assert (seen, room.taken) == (["here"], [])


@pytest.mark.parametrize("urls", ["nonsense", "json://127.0.0.1:9/ok nonsense"])
def test_an_address_that_is_none_stops_the_start_and_is_not_repeated(urls: str) -> None:
    with pytest.raises(NotConfigured, match="DOORSTEP_APPRISE_URLS") as refusal:
        MEDIUM.sender({"apprise_urls": urls}.get)
    assert "nonsense" not in str(refusal.value)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(NotConfigured, match="more-media"):
        media()["apprise"].sender({"apprise_urls": "json://127.0.0.1:9/x"}.get)
