"""Throws what the OpenAPI description allows, and much that it doesn't, at every route: nothing may end in a 5xx."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from store.database import Database
from tests.fakes import API_KEY, world
from tests.served import served

STREAM = "/chat/events"
"""A stream that never ends by itself; it has tests of its own."""
UNCONFIGURED = "/api/v1/push-addresses"
"""What needs alerts, which are off here; test_push_app.py has them on."""


@pytest.fixture(scope="module")
def address(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, served from a thread of its own."""
    path = tmp_path_factory.mktemp("fuzz") / "doorstep.db"
    path.write_bytes(sqlite_template.read_bytes())
    found: list[str] = []
    up, done = Event(), Event()
    thread = Thread(target=lambda: asyncio.run(_serve(path, found, up, done)))
    thread.start()
    assert up.wait(30)
    yield found[0]
    done.set()
    thread.join(30)


async def _serve(path: Path, found: list[str], up: Event, done: Event) -> None:
    database = Database(f"sqlite:///{path}")
    app = world(database, per_conversation=10**6, per_address=10**6, per_key=10**6).app
    async with served(app) as address:
        found.append(f"http://{address}")
        up.set()
        await asyncio.to_thread(done.wait)
    await database.close()


def test_no_route_breaks(address: str) -> None:
    described = schemathesis.openapi.from_url(f"{address}/openapi.json").exclude(path=STREAM)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:
        _try_out(operation)


def _try_out(operation: APIOperation) -> None:
    any_case = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(any_case)
    def holds(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {API_KEY}"}, timeout=10)
        expected = 503 if operation.path == UNCONFIGURED and "not_configured" in answer.text else 0
        assert answer.status_code < 500 or answer.status_code == expected, f"{operation.label}: {answer.text}"

    holds()
