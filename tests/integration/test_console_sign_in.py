"""Signing in and out: wrong tries, codes, sessions that end, and cookies that other sites can't use."""

import asyncio
import secrets
from datetime import timedelta

import pyotp
import pytest

from store.agents import AgentTable
from store.database import Database
from store.desk import ProofTable
from support.agents import Agents, SignInRefused
from tests.consoles import COOKIE, PASSWORD, Browser, agent, browser, sign_in
from tests.desks import FrozenClock
from tests.fakes import World, world
from tracking.errors import InvalidInput

SAM = "sam@example.com"


@pytest.fixture
def app(database: Database) -> World:
    return world(database)


class Door:
    """The accounts with a clock that stands still and passwords that count how often they are compared."""

    def __init__(self, database: Database) -> None:
        self.clock, self.compared = FrozenClock(), 0
        self.agents = Agents(AgentTable(database), ProofTable(database), self, self.step, self.clock)

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def matches(self, password_hash: str, password: str) -> bool:
        self.compared += 1
        return password_hash == f"hash of {password}"

    def step(self, secret: str, code: str, _now: object) -> int | None:
        return int(code[-1]) if code.startswith(secret) else None

    async def tries(self, password: str, email: str = SAM, code: str = "", address: str = "203.0.113.1") -> str:
        try:
            return await self.agents.sign_in(email, password, code, address)
        except SignInRefused as error:
            return str(error)


@pytest.fixture
async def door(database: Database) -> Door:
    made = Door(database)
    await made.agents.add(SAM, "Sam", "agent", PASSWORD)
    return made


async def test_the_right_password_opens_and_another_does_not(door: Door) -> None:
    session = await door.agents.session(await door.tries(PASSWORD, " SAM@Example.com "))
    assert session
    assert session.account.name == "Sam"
    assert await door.agents.session("made up") is None
    assert await door.agents.session("") is None


async def test_an_unknown_account_is_refused_like_a_wrong_password(door: Door) -> None:
    known, compared = await door.tries("wrong"), door.compared
    unknown = await door.tries("wrong", "nobody@example.com")
    assert known == unknown
    assert "did not work" in known
    assert door.compared - compared == compared  # hashing is what takes time, and it is done for both


@pytest.mark.parametrize("same", ["account", "address"])
async def test_five_wrong_tries_close_the_door_for_a_while(door: Door, same: str) -> None:
    for n in range(5):
        who = (SAM, f"203.0.113.{n}") if same == "account" else (f"{n}@example.com", "203.0.113.9")
        assert "did not work" in await door.tries("wrong", who[0], address=who[1])
    address = "203.0.113.99" if same == "account" else "203.0.113.9"
    assert "Too many" in await door.tries(PASSWORD, address=address)
    door.clock.pass_(minutes=14)
    assert "Too many" in await door.tries(PASSWORD, address=address)
    door.clock.pass_(minutes=2)
    assert await door.agents.session(await door.tries(PASSWORD, address=address))


async def test_an_account_that_is_not_there_locks_as_well(door: Door) -> None:
    for n in range(5):
        await door.tries("wrong", "nobody@example.com", address=f"203.0.113.{n}")
    assert "Too many" in await door.tries("wrong", "nobody@example.com", address="203.0.113.77")


async def test_right_tries_do_not_count_and_racing_wrong_ones_all_do(door: Door) -> None:
    for _ in range(8):
        assert await door.agents.session(await door.tries(PASSWORD))
    outcomes = await asyncio.gather(*(door.tries("wrong") for _ in range(12)))
    assert sum("did not work" in outcome for outcome in outcomes) <= 5
    assert "Too many" in await door.tries(PASSWORD)


async def test_a_code_is_asked_for_and_good_once(door: Door) -> None:
    sam = await door.agents.find(SAM)
    with pytest.raises(InvalidInput):
        await door.agents.set_totp(sam.id, "secret", "wrong")
    await door.agents.set_totp(sam.id, "secret", "secret1")
    for code in ("", "wrong"):
        assert "did not work" in await door.tries(PASSWORD, code=code)
    assert await door.agents.session(await door.tries(PASSWORD, code="secret5"))
    assert "did not work" in await door.tries(PASSWORD, code="secret5")
    assert "did not work" in await door.tries(PASSWORD, code="secret4")
    assert await door.agents.session(await door.tries(PASSWORD, code="secret6"))


async def test_one_code_lets_in_one_of_two_at_once(door: Door) -> None:
    sam = await door.agents.find(SAM)
    await door.agents.set_totp(sam.id, "secret", "secret1")
    outcomes = await asyncio.gather(*(door.tries(PASSWORD, code="secret7") for _ in range(2)))
    assert sum("did not work" in outcome for outcome in outcomes) == 1


async def test_sessions_end_by_themselves(door: Door) -> None:
    token = await door.tries(PASSWORD)
    for _ in range(24):
        door.clock.pass_(minutes=29)
        session = await door.agents.session(token)
        assert session
        await door.agents.awake(session)
    door.clock.pass_(minutes=29)
    assert await door.agents.session(token) is None  # 12 hours are over
    token = await door.tries(PASSWORD)
    door.clock.pass_(minutes=31)
    assert await door.agents.session(token) is None  # and nobody was there for half an hour


async def test_sessions_end_with_password_account_and_sign_out(door: Door) -> None:
    sam = await door.agents.find(SAM)
    for end in (
        door.agents.set_password(sam.id, PASSWORD + "2"),
        door.agents.sign_out_everywhere(sam.id),
        door.agents.set_active(sam.id, False),
    ):
        token = await door.tries(PASSWORD) if await door.agents.session(await door.tries(PASSWORD)) else ""
        token = token or await door.tries(PASSWORD + "2")
        assert await door.agents.session(token)
        await end
        assert await door.agents.session(token) is None
    assert "did not work" in await door.tries(PASSWORD + "2")
    assert await door.agents.vouched(SAM) is None


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [
        ("nonsense", "Sam", PASSWORD),
        ("a@example.com", "", PASSWORD),
        ("a@example.com", "Sam", "short"),
        (SAM, "S", PASSWORD),
    ],
)
async def test_accounts_that_can_not_be(door: Door, email: str, name: str, password: str) -> None:
    with pytest.raises(InvalidInput):
        await door.agents.add(email, name, "agent", password)
    assert len(await door.agents.accounts()) == 1


async def test_the_form_signs_in_and_leads_back(app: World) -> None:
    await app.console.agents.add(SAM, "Sam", "agent", PASSWORD)
    async with browser(app) as page:
        wrong = await sign_in(page, SAM, "wrong password")
        assert wrong.status_code == 401
        assert "did not work" in wrong.text
        right = await page.post("/sign-in", live=False, email=SAM, password=PASSWORD, next="/console/conversations/c1")
        assert right.headers["location"] == "/console/conversations/c1"
        cookie = right.headers["set-cookie"]
        assert f"{COOKIE}=" in cookie
        for wanted in ("HttpOnly", "SameSite=strict", "Path=/"):
            assert wanted in cookie
        assert (await page.get()).status_code == 200


@pytest.mark.parametrize(
    "there", ["https://evil.example.com", "//evil.example.com", "/\\evil", "/consolex", "javascript:x"]
)
async def test_the_form_leads_nowhere_else(app: World, there: str) -> None:
    await app.console.agents.add(SAM, "Sam", "agent", PASSWORD)
    async with browser(app) as page:
        answer = await page.post("/sign-in", live=False, email=SAM, password=PASSWORD, next=there)
    assert answer.headers["location"] == "/console"


async def test_signing_in_anew_makes_a_new_session_and_ends_the_old(app: World) -> None:
    async with agent(app) as sam:
        before = sam.cookie
        assert (await sign_in(sam, SAM)).status_code == 303
        assert len(before) >= 43
        assert sam.cookie not in ("", before)
        assert await app.console.agents.session(before) is None


async def test_a_cookie_planted_before_is_not_taken_over(app: World) -> None:
    await app.console.agents.add(SAM, "Sam", "agent", PASSWORD)
    async with browser(app) as page:
        planted = secrets.token_urlsafe(32)
        page.client.cookies.set(COOKIE, planted)
        token = (await page.client.get("/console/sign-in")).text.split('content="')[-1]
        assert token
        await sign_in(page, SAM)
    assert await app.console.agents.session(planted) is None


async def test_signing_out_here_and_everywhere(app: World) -> None:
    async with agent(app) as sam, browser(app) as phone:
        phone.account = None
        await sign_in(phone, SAM)
        phone.account = sam.account
        assert (await sam.post("/sign-out", live=False)).headers["location"] == "/console/sign-in"
        assert (await sam.get()).status_code == 303
        assert (await phone.get()).status_code == 200
        await phone.post("/sign-out-everywhere", live=False)
        assert (await phone.get()).status_code == 303


async def test_over_https_cookies_are_bound_to_the_host(database: Database) -> None:
    app = world(database, public_url="https://shop.example.com")
    await app.console.agents.add(SAM, "Sam", "agent", PASSWORD)
    async with browser(app, base="https://shop.example.com") as page:
        answer = await sign_in(page, SAM)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_a_link_from_another_site_goes_round_by_our_own_page(app: World) -> None:
    async with agent(app) as sam:
        strict = Browser(sam.client)
        cookies = dict(sam.client.cookies)
        sam.client.cookies.clear()
        answer = await strict.get("/sign-in?next=/console/audit", **{"sec-fetch-site": "cross-site"})
        assert 'http-equiv="refresh"' in answer.text
        there = answer.text.split("url=")[1].split('"')[0].replace("&amp;", "&")
        sam.client.cookies.update(cookies)
        onward = await sam.client.get(there)
        assert onward.headers["location"] == "/console/audit"


async def test_too_many_sign_ins_from_one_address_are_not_even_hashed(database: Database) -> None:
    app = world(database, per_address=2)
    async with browser(app) as page:
        answers = [(await sign_in(page, SAM)).status_code for _ in range(3)]
    assert answers == [401, 401, 429]


def test_the_real_codes() -> None:
    from datetime import UTC, datetime

    from doorstep.passwords import new_totp, totp_step

    secret, address = new_totp("sam@example.com", "Example shop")
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert address.startswith("otpauth://totp/")
    steps = [totp_step(secret, pyotp.TOTP(secret).at(now + timedelta(seconds=s)), now) for s in (-60, -30, 0, 30, 60)]
    assert steps[0] is None
    assert steps[4] is None
    assert steps[1:4] == [steps[2] - 1, steps[2], steps[2] + 1]  # type: ignore[operator]
    for wrong in ("", "é", "12345", "1" * 100):
        assert totp_step(secret, wrong, now) is None


async def test_the_real_hashes() -> None:
    from doorstep.passwords import Argon2

    passwords = Argon2()
    hashed = await passwords.hash(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert await passwords.matches(hashed, PASSWORD)
    assert not await passwords.matches(hashed, PASSWORD + "x")
    assert not await passwords.matches("nonsense", PASSWORD)
