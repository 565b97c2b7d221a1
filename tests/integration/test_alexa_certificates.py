"""Fetching a certificate over HTTP: what is there, what isn't, what is too long, what leads elsewhere."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse

from skills.alexa.certificates import MOST_CHAIN_BYTES, NotFromAlexa, fetch_chain
from tests.conftest import free_port
from tests.served import served
from tracking.errors import Unavailable


@pytest.fixture
async def place() -> AsyncIterator[str]:
    app = FastAPI()
    app.add_api_route("/chain.pem", lambda: Response(b"a certificate"))
    app.add_api_route("/long.pem", lambda: Response(b"x" * (MOST_CHAIN_BYTES + 1)))
    app.add_api_route("/moved.pem", lambda: RedirectResponse("/chain.pem"))
    async with served(app) as address:
        yield f"http://{address}"


async def test_what_is_there_is_returned(place: str) -> None:
    assert await fetch_chain(f"{place}/chain.pem") == b"a certificate"


@pytest.mark.parametrize("name", ["missing.pem", "long.pem", "moved.pem"])
async def test_anything_else_is_refused(place: str, name: str) -> None:
    with pytest.raises(NotFromAlexa):
        await fetch_chain(f"{place}/{name}")


async def test_nobody_there_is_no_refusal() -> None:
    with pytest.raises(Unavailable):
        await fetch_chain(f"http://127.0.0.1:{free_port()}/chain.pem")
