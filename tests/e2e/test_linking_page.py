"""The pages of account linking in a real browser: without JavaScript, across sites, for everyone, on a phone."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.linking_shop import Place, linking_place
from tests.linking import EMAIL, STRANGER

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Iterator[Place]:
    path = tmp_path / "doorstep.db"
    shutil.copy(sqlite_template, path)
    with linking_place(f"sqlite:///{path}") as running:
        yield running


def opened(browser: Browser, place: Place, **context: Any) -> Page:
    """A page of a new profile on the client's app, having followed its link."""
    page = browser.new_context(locale="en-GB", **context).new_page()
    page.goto(f"{place.app}/start")
    page.get_by_role("link", name="Link account").click()
    return page


def sign_in(page: Page, place: Place, contact: str = EMAIL) -> None:
    before = len(place.shop.catcher.sent)
    page.get_by_label("E-mail or phone").fill(contact)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Six-digit code").fill(place.newest_code(before + 1))
    page.get_by_role("button", name="Continue").click()


def serious(page: Page) -> list[str]:
    """What axe finds wrong at all."""
    report = Axe().run(page, options={"resultTypes": ["violations", "passes"]}).response
    assert any(rule["id"] == "color-contrast" for rule in report["passes"])
    return [f"{rule['id']}: {rule['nodes']}" for rule in report["violations"]]


def test_it_works_without_javascript_and_across_sites(browser: Browser, place: Place) -> None:
    place.open_for()
    page = opened(browser, place, java_script_enabled=False)
    expect(page).to_have_title("Link Speaker – Lantern & Loom")
    expect(page.get_by_label("E-mail or phone")).to_be_focused()
    page.get_by_label("E-mail or phone").fill(EMAIL)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{place.url}/oauth/authorize")
    page.get_by_label("Six-digit code").fill("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("six digits")
    page.goto(f"{place.url}/oauth/authorize")  # the tab was put away and is loaded again
    page.get_by_label("Six-digit code").fill(place.newest_code(1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem")).to_have_text(
        ["see your orders and where they are", "report a problem or ask for a person for you"]
    )
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url(f"{place.app}/back?code=*&state=abc&iss=*")
    assert place.shop.services.issuer in page.url.replace("%3A", ":").replace("%2F", "/")
    page.goto(f"{place.url}/oauth/authorize")
    expect(page.get_by_role("alert")).to_contain_text("expired")


def test_the_shopper_goes_back_without_linking(browser: Browser, place: Place) -> None:
    place.open_for()
    page = opened(browser, place)
    page.get_by_role("button", name="Don't link, go back").click()
    page.wait_for_url(f"{place.app}/back?error=access_denied*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_any_page(browser: Browser, place: Place, scheme: str, context: dict[str, Any]) -> None:
    place.open_for("Helper", registered=True)
    page = opened(browser, place, **context, color_scheme=scheme)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))

    def judged() -> None:
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    judged()
    page.get_by_label("E-mail or phone").fill("nobody")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judged()
    page.get_by_label("E-mail or phone").fill(STRANGER)
    page.get_by_role("button", name="Send me a code").click()
    judged()
    page.get_by_role("button", name="Use another e-mail or phone").click()
    sign_in(page, place)
    expect(page.get_by_text("hasn't checked who is behind it")).to_be_visible()
    judged()
    page.get_by_role("button", name="Allow", exact=True).click()
    page.wait_for_url("**/back?code=*")
    code = page.url.split("code=")[1].split("&")[0]
    place.run(place.shop.links.exchange(code, "access", "refresh", frozenset({"orders:read"})))
    page.goto(f"{place.url}/account/links")
    judged()
    sign_in(page, place)
    expect(page.get_by_role("heading", name="Helper")).to_be_visible()
    judged()
    page.get_by_role("button", name="End link").click()
    expect(page.get_by_role("status")).to_have_text("The link has ended.")
    judged()
    assert place.run(place.shop.links.by_token("access")) is None
    page.goto(f"{place.url}/oauth/authorize?client_id=unknown")
    judged()
    assert [text for text in told if "status of 4" not in text] == []


def test_the_style_is_allowed_and_scripts_are_not(browser: Browser, place: Place) -> None:
    place.open_for()
    page = opened(browser, place)
    assert page.evaluate("getComputedStyle(document.querySelector('button')).borderRadius") != "0px"
    blocked = page.evaluate(
        """new Promise(resolve => {
            document.addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "1";
            document.body.append(script);
        })"""
    )
    assert blocked == "script-src-elem"
