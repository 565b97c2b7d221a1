"""Being told in a real browser: asking on the tracking page and in the chat, and what the service worker shows.

No push service of a browser's maker can be reached from here, so `PushManager` is a stand-in inside the page; what is
sent to browsers is decrypted in tests/integration, and here a message is handed to the service worker by DevTools.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect

from tests.e2e.test_track_browser import PHONE, TrackServer, problems
from tests.push_browser import ENDPOINT
from tests.push_browser import Browser as Subscriber

Open = Callable[..., Page]
# Remembers in the page's storage whether it is subscribed, as a browser does; and with which key.
STAND_IN = """
(() => {
  const kept = %s;
  function subscription() {
    const key = Uint8Array.from(JSON.parse(localStorage.getItem("push-key")));
    return { toJSON: () => kept, options: { applicationServerKey: key.buffer },
      unsubscribe: async () => { localStorage.removeItem("push-key"); return true; } };
  }
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("push-key") ? subscription() : null);
  PushManager.prototype.subscribe = async (options) => {
    if (sessionStorage.getItem("push-fails")) throw new DOMException("push service error", "AbortError");
    const given = options.applicationServerKey;
    const plain = () => atob(given.replace(/-/g, "+").replace(/_/g, "/"));
    const key = typeof given === "string" ? Uint8Array.from(plain(), (letter) => letter.charCodeAt(0)) : given;
    localStorage.setItem("push-key", JSON.stringify([...key]));
    return subscription();
  };
})();
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackServer]:
    running = TrackServer(tmp_path_factory.mktemp("push"))
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def show(browser: Browser, server: TrackServer) -> Iterator[Open]:
    """Opens an order's page in a new browser profile, which may be told things or not."""
    contexts: list[BrowserContext] = []

    def open_one(number: str, allowed: bool = True, **options: Any) -> Page:
        contexts.append(browser.new_context(**{"locale": "en-GB", **options}))
        if allowed:
            contexts[-1].grant_permissions(["notifications"], origin=server.url)
        contexts[-1].add_init_script(STAND_IN % Subscriber().subscription(f"{ENDPOINT}-{number}"))
        page = contexts[-1].new_page()
        page.goto(server.link(number))
        return page

    yield open_one
    for context in contexts:
        context.close()


def test_a_shopper_turns_it_on_and_off(show: Open) -> None:
    page = show("1001")
    section = page.get_by_role("region", name="Know it first")
    section.get_by_role("button", name="Notify me").click()
    expect(section.get_by_role("status")).to_have_text("This device gets a message when there is news of this order.")
    page.reload()
    stop = section.get_by_role("button", name="Stop messages")
    expect(stop).to_be_visible()
    assert problems(page) == []
    stop.click()
    expect(section.get_by_role("button", name="Notify me")).to_be_visible()
    page.reload()
    expect(section.get_by_role("button", name="Notify me")).to_be_visible()


def test_each_order_is_asked_about_by_itself(show: Open, server: TrackServer) -> None:
    page = show("1001")
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Stop messages")).to_be_visible()
    page.goto(server.link("1002"))
    expect(page.get_by_role("button", name="Notify me")).to_be_visible()


def test_it_can_be_done_by_keyboard(show: Open) -> None:
    page = show("1001")
    page.get_by_role("button", name="Notify me").focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Stop messages")
    expect(button).to_be_visible()
    expect(button).to_be_focused()


def test_a_browser_that_blocks_messages_says_how_to_allow_them(show: Open) -> None:
    page = show("1001", allowed=False)
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.reload()
    section = page.get_by_role("region", name="Know it first")
    expect(section.get_by_role("status")).to_contain_text("blocks messages")
    expect(section.get_by_role("button")).to_have_count(0)
    assert problems(page) == []


def test_a_browser_that_cannot_says_so(show: Open) -> None:
    page = show("1001")
    page.add_init_script("delete window.PushManager")
    page.reload()
    section = page.get_by_role("region", name="Know it first")
    expect(section.get_by_role("status")).to_contain_text("can't show messages")
    expect(section.get_by_role("button")).to_have_count(0)


def test_what_fails_can_be_tried_again(show: Open) -> None:
    page = show("1001")
    page.evaluate("sessionStorage.setItem('push-fails', 'yes')")
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("region", name="Know it first").get_by_role("status")).to_contain_text("try again")
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Stop messages")).to_be_visible()


def test_without_scripts_it_is_not_there(show: Open) -> None:
    page = show("1001", java_script_enabled=False)
    expect(page.get_by_text("Know it first")).to_be_hidden()


def test_what_has_arrived_offers_nothing(show: Open) -> None:
    page = show("1011")
    expect(page.get_by_role("heading", level=1)).to_have_text("Delivered")
    expect(page.get_by_text("Know it first")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(show: Open, scheme: str) -> None:
    page = show("1001", color_scheme=scheme, **PHONE)
    expect(page.get_by_role("button", name="Notify me")).to_be_visible()
    assert problems(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def worker_of(page: Page) -> Worker:
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Stop messages")).to_be_visible()
    return page.context.service_workers[0]


def shown(worker: Worker) -> list[dict[str, Any]]:
    """The notifications that are on the screen."""
    wanted = """async () => (await registration.getNotifications())
      .map(({ title, body, tag, data }) => ({ title, body, tag, data }))"""
    found: list[dict[str, Any]] = worker.evaluate(wanted)
    return found


def deliver(page: Page, server: TrackServer, *messages: str) -> None:
    """Hand messages to the service worker as the browser does when its push service brings them."""
    session = page.context.new_cdp_session(page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(100)
    for message in messages:
        told = {"origin": server.url, "registrationId": registrations[-1], "data": message}
        session.send("ServiceWorker.deliverPushMessage", told)
    page.wait_for_timeout(300)


def test_a_message_is_shown_once_though_it_comes_twice(show: Open, server: TrackServer) -> None:
    page = show("1001")
    worker = worker_of(page)
    message = {
        "title": "On its way",
        "body": "Your order 1001 is on its way.",
        "tag": "key-1",
        "url": server.link("1001"),
    }
    deliver(page, server, json.dumps(message), json.dumps(message), json.dumps(message | {"tag": "key-2"}))
    assert [one["tag"] for one in shown(worker)] == ["key-1", "key-2"]
    assert shown(worker)[0] == {key: message[key] for key in ("title", "body", "tag")} | {
        "data": {"url": message["url"]}
    }


def test_what_cannot_be_read_is_shown_as_news(show: Open, server: TrackServer) -> None:
    page = show("1001")
    worker = worker_of(page)
    deliver(page, server, "not JSON")
    assert [one["title"] for one in shown(worker)] == ["News of your order"]


# What a browser does when a notification is pressed, for which there is no command: with windows that only take notes.
PRESS = """async ({ url, open }) => {
  const done = [];
  clients.openWindow = async (page) => { done.push(page); };
  clients.matchAll = async () => open.map((page) => ({ url: page, focus: () => done.push("back") }));
  const event = new Event("notificationclick");
  event.notification = { close: () => done.push("closed"), data: { url } };
  event.waitUntil = (work) => { event.work = work; };
  dispatchEvent(event);
  await event.work;
  return done;
}"""


@pytest.mark.parametrize(
    ("url", "opens"),
    [("{page}", "{page}"), ("https://elsewhere.example.com/x", "{server}/track"), ("", "{server}/track")],
)
def test_pressing_it_opens_the_order_s_page_and_no_other_place(
    show: Open, server: TrackServer, url: str, opens: str
) -> None:
    names = {"page": server.link("1001"), "server": server.url}
    told = {"url": url.format(**names), "open": [f"{server.url}/elsewhere"]}
    assert worker_of(show("1001")).evaluate(PRESS, told) == ["closed", opens.format(**names)]


def test_pressing_it_brings_back_a_page_that_is_open(show: Open, server: TrackServer) -> None:
    page = server.link("1001")
    assert worker_of(show("1001")).evaluate(PRESS, {"url": page, "open": [f"{page}#help"]}) == ["closed", "back"]
