"""Two browsers, a shopper's widget and an agent's console: handed over, answered, solved, whatever breaks meanwhile."""

import re
import threading
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.e2e.console_process import ConsoleServer, shopper, sign_in
from tests.e2e.console_server import SLOW_SECONDS
from tests.e2e.shopper import box, bubbles, open_chat, say


@pytest.fixture(scope="module")
def console_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleServer]:
    server = ConsoleServer(tmp_path_factory.mktemp("console"))
    yield server
    server.kill()


@pytest.fixture
def server(console_process: ConsoleServer, browser: Browser) -> Iterator[ConsoleServer]:
    """A running server; all browsers' windows are closed afterwards."""
    console_process.start()
    yield console_process
    for context in list(browser.contexts):
        context.close()


def call_for_a_person(browser: Browser, server: ConsoleServer, words: str) -> Page:
    page = shopper(browser, server.url)
    open_chat(page)
    say(page, f"person please, {words}")
    expect(bubbles(page)).to_have_count(2)
    return page


def open_row(page: Page, words: str) -> None:
    page.locator("[data-row]", has_text=words).click()
    expect(page.get_by_role("log", name="What was said")).to_contain_text(words)


def take(page: Page) -> None:
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("You have this conversation")).to_be_visible()


def reply_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Reply to the shopper")


def test_from_the_question_to_solved_and_back_to_the_assistant(server: ConsoleServer, browser: Browser) -> None:
    kim = sign_in(browser, server.url, "Kim")
    customer = shopper(browser, server.url)
    open_chat(customer)
    say(customer, "where is my teapot")
    expect(bubbles(customer)).to_have_text(["where is my teapot", "You said: where is my teapot"])
    say(customer, "not solved, a person please")
    expect(customer.get_by_text("A person has been asked to join", exact=True)).to_be_visible()
    expect(kim.locator("[data-row]", has_text="not solved, a person please")).to_be_visible()  # without a reload

    open_row(kim, "not solved, a person please")
    take(kim)
    expect(customer.get_by_text("Kim has joined the conversation.")).to_be_visible()
    expect(customer.get_by_text("You're talking with Kim")).to_be_visible()

    reply_box(kim).press_sequentially("Let me")
    expect(customer.get_by_text("Kim is typing")).to_be_attached()
    box(customer).press_sequentially("hello?")
    expect(kim.get_by_text("The shopper is typing…")).to_be_visible()
    box(customer).press("Enter")
    expect(kim.get_by_role("log", name="What was said")).to_contain_text("hello?")
    expect(kim.get_by_text("The shopper is typing…")).to_have_count(0)
    reply_box(kim).fill("Let me look into it.")
    reply_box(kim).press("Enter")
    expect(bubbles(customer).last).to_have_text("Let me look into it.")
    expect(customer.get_by_text("Kim is typing")).to_have_count(0)
    expect(reply_box(kim)).to_have_value("")
    expect(kim.locator(".said.agent .words")).to_have_text(["Let me look into it."])
    expect(bubbles(customer)).to_have_count(6)  # the bot said nothing while Kim had it

    kim.get_by_role("button", name="Solve").click()
    expect(customer.get_by_text("The assistant is back.")).to_be_visible()
    expect(kim.get_by_text("The assistant has this conversation")).to_be_visible()
    say(customer, "thanks")
    expect(bubbles(customer).last).to_have_text("You said: thanks")


def test_a_canned_answer_leaves_what_is_not_known_to_be_written(server: ConsoleServer, browser: Browser) -> None:
    call_for_a_person(browser, server, "canned")
    kim = sign_in(browser, server.url, "Kim")
    open_row(kim, "person please, canned")
    take(kim)
    kim.keyboard.press("Escape")
    kim.keyboard.press("c")
    kim.get_by_role("button", name=re.compile("^Asking the carrier")).click()
    expect(reply_box(kim)).to_have_value(re.compile(r"I've asked \[carrier\]"))
    assert kim.evaluate("getSelection().toString()") == "[carrier]"


def test_a_connection_that_was_cut_misses_nothing(server: ConsoleServer, browser: Browser) -> None:
    customer = call_for_a_person(browser, server, "cut")
    kim = sign_in(browser, server.url, "Kim")
    open_row(kim, "person please, cut")
    take(kim)
    server.kill()
    expect(kim.get_by_text("Reconnecting…")).to_be_visible()
    reply_box(kim).fill("Are you there?")
    reply_box(kim).press("Enter")
    expect(kim.get_by_role("alert")).to_contain_text("can't be reached")
    expect(reply_box(kim)).to_have_value("Are you there?")
    say(customer, "written while it was down")
    server.start()
    expect(kim.get_by_role("log", name="What was said")).to_contain_text("written while it was down", timeout=40_000)
    reply_box(kim).press("Enter")
    expect(bubbles(customer).last).to_have_text("Are you there?", timeout=40_000)
    expect(kim.locator(".said.shopper .words")).to_have_text(["person please, cut", "written while it was down"])
    expect(kim.locator(".said.agent .words")).to_have_text(["Are you there?"])


def test_an_answer_that_the_bot_had_begun_is_not_said_after_a_takeover(server: ConsoleServer, browser: Browser) -> None:
    customer = call_for_a_person(browser, server, "in the middle")
    kim = sign_in(browser, server.url, "Kim")
    open_row(kim, "person please, in the middle")
    say(customer, "answer slowly")
    expect(kim.get_by_role("log", name="What was said")).to_contain_text("answer slowly")
    take(kim)
    reply_box(kim).fill("I have it.")
    reply_box(kim).press("Enter")
    expect(bubbles(customer).last).to_have_text("I have it.")
    customer.wait_for_timeout(1000 * (SLOW_SECONDS + 1))
    assert bubbles(customer).all_inner_texts()[2:] == ["answer slowly", "I have it."]
    expect(customer.locator(".unsent")).to_have_count(0)


def test_of_two_agents_who_race_one_gets_it_and_the_other_is_told_by_name(
    server: ConsoleServer, browser: Browser
) -> None:
    call_for_a_person(browser, server, "race")
    kim, sam = (sign_in(browser, server.url, name) for name in ("Kim", "Sam"))
    for page in (kim, sam):
        open_row(page, "person please, race")
        expect(page.get_by_role("button", name="Take it")).to_be_visible()
    rivals = [rival(page.context, page) for page in (kim, sam)]
    statuses = race(rivals)
    assert sorted(statuses) == [204, 409]
    winner, loser = (kim, sam) if statuses[0] == 204 else (sam, kim)
    name = "Kim" if winner is kim else "Sam"
    expect(winner.get_by_text("You have this conversation")).to_be_visible()
    expect(loser.get_by_text(f"{name} has this conversation")).to_be_visible()
    expect(reply_box(loser)).to_be_hidden()


def rival(context: BrowserContext, page: Page) -> tuple[str, dict[str, str]]:
    """What this agent's browser would send to take the conversation."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in context.cookies())  # type: ignore[typeddict-item]
    token = page.locator("meta[name=form-token]").get_attribute("content") or ""
    address = page.url.split("?")[0] + "/take"
    return address, {"Cookie": cookies, "X-Form-Token": token, "X-Doorstep": "act"}


def race(rivals: list[tuple[str, dict[str, str]]]) -> list[int]:
    """The answers to all, sent at once."""
    start, statuses = threading.Barrier(len(rivals)), [0] * len(rivals)

    def run(at: int) -> None:
        address, headers = rivals[at]
        start.wait()
        statuses[at] = httpx.post(address, headers=headers, trust_env=False).status_code

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(rivals))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_a_new_hand_over_sounds_and_notifies_once_asked_to(server: ConsoleServer, browser: Browser) -> None:
    kim = sign_in(browser, server.url, "Kim")
    kim.context.grant_permissions(["notifications"], origin=server.url)
    kim.add_init_script("""
      window.notes = []; window.tones = 0;
      window.Notification = class {
        static permission = "granted";
        constructor(title, rest) { notes.push([title, rest.body]); }
      };
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
    """)
    kim.reload()
    call_for_a_person(browser, server, "quiet")
    expect(kim.locator("[data-row]", has_text="quiet")).to_be_visible()
    assert kim.evaluate("[notes.length, tones]") == [0, 0]
    alert = kim.get_by_role("button", name="Alert me")
    alert.click()
    expect(alert).to_have_attribute("aria-pressed", "true")
    tones = kim.evaluate("tones")
    call_for_a_person(browser, server, "loud")
    expect(kim.locator("[data-row]", has_text="loud")).to_be_visible()
    assert kim.evaluate("notes") == [["A shopper is waiting", "Open the console to answer."]]
    assert kim.evaluate("tones") > tones
