"""The whole story on the whole program: asked, not solved, handed over, answered, a picture, solved, rated."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from twilio.request_validator import RequestValidator

from support.wording import HOW_WAS_IT
from tests.conftest import ROOT, SECRETS, Running, running_doorstep
from tests.consoles import PASSWORD
from tests.e2e.console_process import sign_in
from tests.e2e.shopper import bubbles, say
from tests.e2e.test_console_talk import open_row, reply_box, take
from tests.pictures import picture

PHONE = "+12125550177"
WAIT = 30_000


class Twilio(BaseHTTPRequestHandler):
    """A stand-in for Twilio's REST API, which notes what it is given to send."""

    sent: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.sent.append((fields["To"][0], fields["Body"][0]))
        body = json.dumps({"sid": f"SM{uuid4().hex}", "status": "queued"}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def doorstep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The program, with an agent's account and Twilio's stand-in."""
    twilio = HTTPServer(("127.0.0.1", 0), Twilio)
    Thread(target=twilio.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("story")
    api = {"DOORSTEP_TWILIO_API_URL": f"http://127.0.0.1:{twilio.server_port}", "DOORSTEP_FILES_DIR": str(folder)}
    with running_doorstep(folder, **api) as running:
        add_agent(folder)
        yield running
    twilio.shutdown()


def add_agent(folder: Path) -> None:
    command = [
        str(ROOT / ".venv/bin/doorstep"),
        "agents",
        "add",
        "kim@example.com",
        "--name",
        "Kim",
        "--password-stdin",
    ]
    database = {"DOORSTEP_DATABASE_URL": f"sqlite:///{folder / 'doorstep.db'}"}
    subprocess.run(command, input=PASSWORD, text=True, cwd=ROOT, env={**os.environ, **database}, check=True)


@pytest.fixture
def kim(doorstep: Running, browser: Browser) -> Iterator[Page]:
    """Kim, signed in at the console; all windows are closed afterwards."""
    yield sign_in(browser, doorstep.base_url, "Kim")
    for context in list(browser.contexts):
        context.close()


def ratings(doorstep: Running) -> list[int]:
    with closing(sqlite3.connect(doorstep.folder / "doorstep.db")) as database:
        return [score for (score,) in database.execute("SELECT score FROM ratings ORDER BY id")]


def answer(kim: Page, words: str) -> None:
    reply_box(kim).fill(words)
    reply_box(kim).press("Enter")
    expect(kim.locator(".said.agent .words").last).to_have_text(words)


def solve(kim: Page) -> None:
    kim.get_by_role("button", name="Solve").click()
    expect(kim.get_by_text("The assistant has this conversation")).to_be_visible()


def test_on_the_web(doorstep: Running, browser: Browser, kim: Page) -> None:
    shopper = browser.new_context(locale="en-GB").new_page()
    shopper.on("filechooser", lambda _: None)
    shopper.goto(f"{doorstep.base_url}/chat/resume/none")
    say(shopper, "my teapot arrived broken")
    expect(bubbles(shopper).last).to_contain_text("order number", timeout=WAIT)
    say(shopper, "that does not help, let me talk to a person")
    expect(bubbles(shopper).last).to_contain_text("ticket is T-", timeout=WAIT)

    open_row(kim, "let me talk to a person")
    take(kim)
    answer(kim, "Hello, Kim here. Can you send me a picture?")
    expect(bubbles(shopper).last).to_have_text("Hello, Kim here. Can you send me a picture?", timeout=WAIT)
    with shopper.expect_file_chooser() as chooser:
        shopper.get_by_role("button", name="Add a picture").click()
    chooser.value.set_files([FilePayload(name="pot.jpg", mimeType="image/jpeg", buffer=picture())])
    expect(shopper.get_by_role("img", name="Picture")).to_be_visible(timeout=WAIT)
    shown = kim.get_by_role("log", name="What was said").locator("img")
    expect(shown).to_have_count(1, timeout=WAIT)
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    said = bubbles(shopper).all_inner_texts()

    answer(kim, "A new one is on its way.")
    expect(bubbles(shopper).last).to_have_text("A new one is on its way.", timeout=WAIT)
    assert bubbles(shopper).all_inner_texts() == [*said, "A new one is on its way."]  # not a word of the bot between
    solve(kim)
    before = ratings(doorstep)
    expect(bubbles(shopper).last).to_have_text(HOW_WAS_IT, timeout=WAIT)
    shopper.get_by_role("button", name="5", exact=True).click()
    expect(bubbles(shopper).last).to_contain_text("Thank", timeout=WAIT)
    assert ratings(doorstep) == [*before, 5]


def text(doorstep: Running, words: str) -> list[str]:
    """Send a text as Twilio would bring it, and return the answers."""
    form = {"MessageSid": f"SM{uuid4().hex}", "From": PHONE, "To": SECRETS["DOORSTEP_TWILIO_FROM"], "Body": words}
    url = f"{doorstep.base_url}/webhooks/twilio/sms"
    signature = RequestValidator(SECRETS["DOORSTEP_TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
    got = httpx.post(url, data=form, headers={"X-Twilio-Signature": signature}, trust_env=False, timeout=20)
    assert got.status_code == 200, got.text
    return [message.text or "" for message in ElementTree.fromstring(got.content)]


def test_by_text(doorstep: Running, kim: Page) -> None:
    assert "order number" in "".join(text(doorstep, "where is my parcel"))
    assert "T-" in "".join(text(doorstep, "i want to talk to a human"))
    open_row(kim, "i want to talk to a human")
    take(kim)
    assert text(doorstep, "anybody there?") == []
    expect(kim.get_by_role("log", name="What was said")).to_contain_text("anybody there?")
    answer(kim, "Kim here. It comes tomorrow.")
    for _ in range(100):
        if Twilio.sent:
            break
        kim.wait_for_timeout(100)
    assert Twilio.sent == [(PHONE, "Kim here. It comes tomorrow.")]
    assert text(doorstep, "ok wonderful") == []
    solve(kim)
    before = ratings(doorstep)
    assert "Thank" in "".join(text(doorstep, "i give you 4 out of 5 stars"))
    assert ratings(doorstep) == [*before, 4]
    assert len(Twilio.sent) == 1
