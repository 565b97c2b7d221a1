"""Walks all channels and skills: each is found by its folder, refuses what is not signed, and says what it lacks."""

from collections.abc import Iterator
from itertools import product

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from channels import channels
from channels.base import ChannelPlugin
from skills import skills
from store.database import Database
from store.support_tables import messages
from tests.fakes import World, world

PLUGINS = {**channels(), **skills()}
BODIES = (
    ("application/json", b'{"request": {}}'),
    ("application/x-www-form-urlencoded", b"MessageSid=SM1&From=%2B15550100142&Body=STOP"),
    ("application/octet-stream", b"\xff\x00"),
    ("", b""),
)
every_plugin = pytest.mark.parametrize("plugin", PLUGINS.values(), ids=lambda plugin: plugin.code)


def addresses(plugin: ChannelPlugin, app: World) -> Iterator[str]:
    for route in plugin.router(app.given).routes:
        assert isinstance(route, APIRoute)
        assert route.methods
        assert "POST" in route.methods
        yield route.path


@every_plugin
async def test_nothing_unsigned_is_taken(plugin: ChannelPlugin, database: Database) -> None:
    app = world(database)
    async with app.client(key=None) as client:
        for address, (kind, body) in product(addresses(plugin, app), BODIES):
            answer = await client.post(address, content=body, headers={"Content-Type": kind} if kind else {})
            assert 400 <= answer.status_code < 500, (address, kind)
            assert answer.json()["error"]["message"]
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(messages))).scalar() == 0
    assert app.bot.heard == []


@pytest.mark.parametrize("plugin", [p for p in PLUGINS.values() if p.settings], ids=lambda plugin: plugin.code)
async def test_without_its_settings_it_says_what_is_missing(plugin: ChannelPlugin, database: Database) -> None:
    app = world(database, secrets={})
    async with app.client(key=None) as client:
        for address in addresses(plugin, app):
            answer = await client.post(address, json={})
            assert answer.status_code == 503
            assert f"DOORSTEP_{plugin.settings[0].upper()}" in answer.json()["error"]["message"]


def test_every_plugin_is_documented() -> None:
    from doorstep.settings import ROOT, Settings

    readme = (ROOT / "README.md").read_text()
    assert {"twilio", "alexa", "dialogflow", "mcp"} <= set(PLUGINS)
    for plugin in PLUGINS.values():
        assert f"docs/{'sms' if plugin.code == 'twilio' else plugin.code}.md" in readme
        assert set(plugin.settings) <= set(Settings.model_fields)
