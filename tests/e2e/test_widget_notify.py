"""Asking to be told, on an order's card: right here where the order's page has the same address, else over there."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.chat_process import OpenPage
from tests.e2e.shopper import open_chat, say

# A browser that subscribes without its maker's push service, which can't be reached from here.
STAND_IN = """
window.asked = [];
navigator.serviceWorker.register = async (address, options) => {
  asked.push([address, options.scope]);
  const subscribe = async ({ applicationServerKey }) => {
    asked.push(applicationServerKey);
    return { toJSON: () => ({ endpoint: "https://push.example.net/one", keys: {} }) };
  };
  return { active: {}, pushManager: { subscribe } };
};
"""


def card(page: Page, word: str = "card", number: str = "1001") -> Locator:
    open_chat(page)
    say(page, word)
    return page.get_by_role("region", name=f"Order {number}")


def kept(page: Page, status: int = 204) -> list[dict[str, object]]:
    """What is sent to the order's page."""
    sent: list[dict[str, object]] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=status)

    page.route("**/track/1001/push", take)
    return sent


def ready(page: Page, permission: str = "granted") -> Page:
    page.add_init_script(STAND_IN + f"Notification.requestPermission = async () => {json.dumps(permission)};")
    page.reload()
    return page


def test_it_is_done_right_here_on_the_shop_s_own_address(open_page: OpenPage) -> None:
    page = ready(open_page())
    sent, order = kept(page), card(page)
    order.get_by_role("button", name="Notify me").click()
    expect(order.get_by_role("status")).to_have_text("This device gets a message when there is news of this order.")
    expect(order.get_by_role("button", name="Notify me")).to_have_count(0)
    assert sent == [{"subscription": {"endpoint": "https://push.example.net/one", "keys": {}}, "source": "widget"}]
    assert page.evaluate("asked") == [["/track/worker.js", "/track/"], "BNotify-Key"]


def test_on_another_address_the_order_s_page_opens(open_page: OpenPage, base_url: str) -> None:
    page = open_page(base=base_url.replace("127.0.0.1", "localhost"))
    order = card(page)
    with page.context.expect_page() as opened:
        order.get_by_role("button", name="Notify me").click()
    assert opened.value.url == f"{base_url}/track/1001#notify"
    link = order.get_by_role("link", name="Go on at your order's page")
    expect(link).to_have_attribute("href", f"{base_url}/track/1001#notify")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_be_focused()


def test_who_only_closes_the_question_may_go_on_at_the_page(open_page: OpenPage) -> None:
    page = ready(open_page(), "default")
    order = card(page)
    with page.context.expect_page():
        order.get_by_role("button", name="Notify me").click()
    expect(order.get_by_role("link", name=re.compile("Go on"))).to_be_visible()


def test_a_browser_that_blocks_messages_says_so(open_page: OpenPage) -> None:
    order = card(ready(open_page(), "denied"))
    order.get_by_role("button", name="Notify me").click()
    expect(order.get_by_role("status")).to_contain_text("blocks messages")


def test_what_is_not_kept_can_be_tried_again(open_page: OpenPage) -> None:
    page = ready(open_page())
    sent, order = kept(page, 503), card(page)
    for times in (1, 2):
        with page.expect_response("**/chat/notify"):
            order.get_by_role("button", name="Notify me").click()
        expect(order.get_by_role("status")).to_contain_text("try again")
        assert len(sent) == times


def test_an_order_that_may_not_be_seen_any_more_says_so(open_page: OpenPage) -> None:
    page = ready(open_page())
    page.route("**/chat/notify", lambda route: route.fulfill(status=404, json={}))
    order = card(page)
    order.get_by_role("button", name="Notify me").click()
    expect(order.get_by_role("status")).to_contain_text("didn't work")


@pytest.mark.parametrize(("word", "number"), [("delivered", "1003")])
def test_what_has_arrived_offers_nothing(open_page: OpenPage, word: str, number: str) -> None:
    order = card(open_page(), word, number)
    expect(order.locator(".headline")).to_be_visible()
    expect(order.get_by_role("button", name="Notify me")).to_have_count(0)
