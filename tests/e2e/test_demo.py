"""The whole demo as a newcomer starts it: it becomes ready, parcels move by webhook, Ctrl-C leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from demo.catalogue import PEOPLE
from tests.e2e.shopper import bubbles, open_chat, say

JUNE, ROSAS_PHONE = PEOPLE["june"].contact, PEOPLE["rosa"].last_four
READY_SECONDS, MOVE_SECONDS, STORY_SECONDS, STOP_SECONDS = 120, 90, 60, 20
PROGRAM = Path(sys.executable).parent / "doorstep"


@dataclass
class Demo:
    """A running demo, what it prints, and the processes it consists of."""

    process: "subprocess.Popen[str]"
    output: Path
    url: str

    def wait_for(self, words: str, seconds: float) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            printed = self.output.read_text("utf-8")
            if re.search(words, printed):
                return printed
            time.sleep(0.3)
        pytest.fail(f"The demo did not print {words!r}:\n{self.output.read_text('utf-8')[-3000:]}")

    def family(self) -> list[psutil.Process]:
        mother = psutil.Process(self.process.pid)
        return [mother, *mother.children(recursive=True)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    port, output = _free_port(), tmp_path_factory.mktemp("demo") / "output.txt"
    environment = {**os.environ, "DOORSTEP_BOT_PORT": str(_free_port()), "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
    with output.open("w", encoding="utf-8") as printed:
        process = subprocess.Popen(
            [PROGRAM, "demo", "--port", str(port)], stdout=printed, stderr=subprocess.STDOUT, env=environment, text=True
        )
    running = Demo(process, output, f"http://127.0.0.1:{port}")
    try:
        running.wait_for("Ctrl-C stops everything", READY_SECONDS)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _client(demo: Demo) -> httpx.Client:
    key = re.search(r"API key of this run: (\S+)", demo.output.read_text("utf-8"))
    assert key
    return httpx.Client(base_url=demo.url, headers={"Authorization": f"Bearer {key[1]}"}, timeout=20, trust_env=False)


def test_the_shop_page_and_the_widget_are_served(demo: Demo) -> None:
    with _client(demo) as client:
        assert "Lantern &amp; Loom" in client.get("/").text
        assert client.get("/widget.js").status_code == httpx.codes.OK


def test_the_widget_shows_the_order_in_a_real_browser_and_survives_a_reload(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(demo.url)
    open_chat(page)
    for text, answer in (("where is my order 1002?", "To show you order 1002"), ("bruno@example.com", "Last scan")):
        say(page, text)
        expect(bubbles(page).last).to_contain_text(answer)
    expect(page.get_by_text("Track with")).to_be_visible()
    said = bubbles(page).all_text_contents()
    page.reload()
    expect(bubbles(page)).to_have_text(said)
    page.close()


def test_a_shopper_proves_an_order_and_is_told_where_it_is(demo: Demo) -> None:
    with _client(demo) as client:
        for number, text in enumerate(("where is my order 1002?", "bruno@example.com")):
            message = {"conversation": "demo-test", "message_id": f"m{number}", "text": text, "channel": "web"}
            answer = client.post("/api/v1/messages", json=message).json()
    assert "out for delivery" in " ".join(reply["text"] for reply in answer["replies"]).lower()


def speak(page: Page, text: str, answer: str) -> None:
    said = page.locator("#talk .theirs")
    before = said.count()
    page.get_by_role("textbox", name="What you say").fill(text)
    page.get_by_role("button", name="Say it").click()
    expect(said).to_have_count(before + 1)
    expect(said.last).to_contain_text(answer)


def test_a_shopper_asks_the_pretend_speaker(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(demo.url)
    page.get_by_role("navigation").get_by_role("link", name="By voice").click()
    for text, answer in (
        ("Alexa, open doorstep orders", "What would you like to know?"),
        ("where is my order one zero zero four", "the last four digits"),
        (ROSAS_PHONE, "Do you want the details?"),
        ("yes", "?"),
    ):
        speak(page, text, answer)
    expect(page.locator("#screen")).to_contain_text("Order 1004")
    expect(page.locator("#talk .card")).to_contain_text("Order 1004")
    expect(page.locator("#light")).to_have_attribute("data-open", "true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    speak(page, "stop", "Goodbye")
    expect(page.locator("#light")).to_have_attribute("data-open", "false")
    page.close()


def test_junes_account_is_linked_to_the_speaker(demo: Demo, browser: Browser) -> None:
    context = browser.new_context()
    speaker, phone = context.new_page(), context.new_page()
    phone.goto(f"{demo.url}/phone")
    speaker.goto(f"{demo.url}/speaker")
    speak(speaker, "list my orders", "link your account")
    speaker.get_by_role("link", name="Link it").click()
    _answer(speaker, JUNE.phone)
    code = phone.locator("#texts .theirs").last
    expect(code).to_contain_text(re.compile(r"\d{6}"))
    _answer(speaker, "".join(re.findall(r"\d{6}", code.text_content() or "")))
    speaker.get_by_role("button", name=re.compile("allow|link", re.IGNORECASE)).first.click()
    speaker.wait_for_url(f"{demo.url}/speaker")
    speak(speaker, "list my orders", "5 orders")
    speaker.get_by_role("button", name="Unlink").click()
    expect(speaker.get_by_role("link", name="Link it")).to_be_visible()
    speak(speaker, "where is my order one zero four two", "the last four digits")
    context.close()


def _answer(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("textbox").press("Enter")


def test_a_parcel_moves_and_its_shopper_gets_texts_and_mail(demo: Demo, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.url)
    page.get_by_role("navigation").get_by_role("link", name="Watch it happen").click()
    with context.expect_page() as opened:
        page.get_by_role("link", name="her phone").click()
    phone = opened.value
    with context.expect_page() as opened:
        page.get_by_role("link", name="her mail").click()
    mail = opened.value
    page.get_by_label("quicker").check()
    page.get_by_role("button", name="Let one move").click()
    expect(page.locator("#moves .next")).to_contain_text(re.compile(r"next scan in \d+ s"))
    expect(page.get_by_role("button", name="Let one move")).to_be_disabled()
    expect(page.locator("#moves .done")).to_have_count(5, timeout=STORY_SECONDS * 1000)
    number = re.search(r"\d{4}", page.locator("#moves .next").text_content() or "")
    assert number
    for words in ("is on its way", "is out for delivery", "was delivered"):
        text = phone.locator("#texts .theirs").filter(has_text=f"Order {number[0]} {words}")
        expect(text).to_have_count(1, timeout=STORY_SECONDS * 1000)
    subjects = ["was delivered", "is out for delivery", "is on its way", "We have your order"]
    expect(mail.locator("#mails strong").filter(has_text=number[0])).to_contain_text(subjects, timeout=15_000)
    mail.locator("#mails a").first.click()
    expect(mail.frame_locator("iframe").get_by_role("heading")).to_contain_text("was delivered")
    for shown in (page, mail, phone):
        found = Axe().run(shown)
        assert found.violations_count == 0, found.generate_report()
    context.close()


def test_who_unsubscribes_by_one_click_gets_no_more_mail(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{demo.url}/mail?to={PEOPLE['wren'].contact.email}")
    page.locator("#mails a").first.click()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("status")).to_contain_text("no more of these mails")
    with _client(demo) as client:
        client.post("/story", json={"story": "moves", "pace": "quick"}).raise_for_status()
    before = page.locator("#mails a").count()
    story = browser.new_page()
    story.goto(f"{demo.url}/story")
    expect(story.locator("#moves .done")).to_have_count(5, timeout=STORY_SECONDS * 1000)
    phone = browser.new_page()
    phone.goto(f"{demo.url}/phone?of=%2B{PEOPLE['wren'].contact.phone[1:]}")
    expect(phone.locator("#texts .theirs").last).to_contain_text("was delivered", timeout=15_000)
    page.reload()
    assert page.locator("#mails a").count() == before
    for opened in (page, story, phone):
        opened.close()


def test_another_goes_quiet_and_its_ticket_comes_and_goes(demo: Demo, browser: Browser) -> None:
    context = browser.new_context()
    page, console = context.new_page(), context.new_page()
    page.goto(f"{demo.url}/story")
    page.get_by_role("button", name="Let one go quiet").click()
    ticket = page.locator("#quiet .next").get_by_role("link", name="Ticket")
    expect(ticket).to_be_visible(timeout=STORY_SECONDS * 1000)
    password = re.search(r"kim@example.com with (\S+)", demo.output.read_text("utf-8"))
    assert password
    console.goto(f"{demo.url}{ticket.get_attribute('href')}")
    console.get_by_role("textbox", name=re.compile("mail", re.IGNORECASE)).fill("kim@example.com")
    console.get_by_label(re.compile("password", re.IGNORECASE)).fill(password[1])
    console.keyboard.press("Enter")
    expect(console.get_by_text("has stalled")).to_be_visible()
    expect(console.get_by_text("quiet since")).to_be_visible()
    expect(console.get_by_text(f"{ticket.text_content()}".removeprefix("Ticket ")).first).to_be_visible()
    again = page.get_by_role("button", name="Let it be scanned again")
    again.click()
    expect(page.locator("#quiet .done")).to_have_count(4, timeout=STORY_SECONDS * 1000)
    expect(again).to_be_disabled()
    console.reload()
    expect(console.get_by_text("quiet since")).to_have_count(0)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def _chat(demo: Demo, *said: str, options: tuple[str, ...]) -> str:
    key = re.search(r"API key of this run: (\S+)", demo.output.read_text("utf-8"))
    assert key
    environment = {**os.environ, "DOORSTEP_API_KEY": key[1], "COLUMNS": "200"}
    command = [PROGRAM, "chat", "--url", demo.url, *options]
    done = subprocess.run(command, input="\n".join(said), capture_output=True, text=True, env=environment, check=False)
    return done.stdout + done.stderr


def test_the_terminal_texts_with_a_phone_that_proves_itself(demo: Demo) -> None:
    shown = _chat(demo, "where is my order 1042", options=("--channel", "sms", "--phone", JUNE.phone))
    assert "Order 1042: on its way" in shown
    assert re.search(r"\d segments?, \d+ characters", shown)
    assert "[" not in shown


def test_the_terminal_speaks_as_a_speaker_would(demo: Demo) -> None:
    shown = _chat(demo, "where is my order 1004", ROSAS_PHONE, options=("--channel", "voice"))
    assert "the last four digits" in shown
    assert "Your order" in shown
    assert "segment" not in shown


def test_the_terminal_refuses_what_is_no_phone(demo: Demo) -> None:
    assert "--phone: write the number" in _chat(demo, "hi", options=("--channel", "sms", "--phone", "555"))


def test_the_carrier_moves_a_parcel_through_the_webhook(demo: Demo) -> None:
    printed = demo.wait_for(r"parcel of order 1101: departed", MOVE_SECONDS)
    assert "did not take" not in printed
    with _client(demo) as client:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            order = client.get("/api/v1/orders/1101").json()
            if "Departed the first sorting centre" in str(order):
                return
            time.sleep(0.3)
    pytest.fail(f"The parcel has not moved: {order}")


def test_ctrl_c_stops_everything(demo: Demo) -> None:
    family = demo.family()
    assert len(family) > 1
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait(STOP_SECONDS)
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
