"""Pictures that shoppers send, as agents see them: shown, never run, and each look noted."""

from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI

from store.database import Database
from tests.consoles import agent, browser
from tests.pictures import picture, picture_world
from web.console import console_router


async def test_an_agent_sees_the_picture_and_nobody_else_does(database: Database, tmp_path: Path) -> None:
    kept = picture_world(database, tmp_path)
    conversation, token = kept.visitors.new()
    async with kept.app.client(token) as shopper:
        answer = await shopper.post("/chat/files", params={"id": "p-1"}, content=picture())
        assert answer.status_code == 202
    (file,) = await kept.files.of(conversation)
    app = FastAPI()
    app.include_router(console_router(replace(kept.app.console, picture=kept.files.read)))
    seen = replace(kept.app, app=app)
    async with agent(seen) as sam, browser(seen) as nobody:
        page = (await sam.get(f"/conversations/{conversation}")).text
        assert f'src="/console/pictures/{file.id}"' in page
        shown = await sam.get(f"/pictures/{file.id}")
        assert shown.headers["content-type"] == file.type
        assert shown.headers["content-security-policy"].startswith("sandbox")
        assert len(shown.content) == file.size
        assert (await sam.get("/pictures/none")).status_code == 404
        assert (await nobody.get(f"/pictures/{file.id}")).status_code == 303
    assert {look.about for look in await seen.console.inbox.looks()} == {conversation}
