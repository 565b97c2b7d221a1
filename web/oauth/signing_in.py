"""The two steps that all pages share: name a phone or an e-mail address, then type the code sent there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from support.model import SignedIdentity
from tracking.shops.phones import normal_email, normal_phone
from web.oauth.services import LinkingServices
from web.oauth.visit import Visit

_LONGEST_CONTACT = 255
ACTIONS = frozenset({"contact", "code", "again", "other"})
_TOO_MANY = "That's a lot of codes. Please wait a quarter of an hour, then try again."


@dataclass(frozen=True, slots=True)
class Problem:
    """What to tell the shopper, with the status of the page that does; `typed` is shown again."""

    text: str
    status: int = 400
    typed: str = ""


async def step(
    services: LinkingServices, visit: Visit, form: Mapping[str, str], address: str
) -> tuple[Visit, Problem | None]:
    """Take one step and return the visit after it, with a problem where it didn't lead on."""
    action = form.get("action")
    if action == "other":
        return replace(visit, contact=SignedIdentity(), proven=False), None
    if action == "contact":
        return await _named(services, visit, form.get("contact", "")[:_LONGEST_CONTACT], address)
    if action == "again" and visit.named:
        return visit, await _send(services, visit, address)
    if action == "code" and visit.named:
        return await _typed(services, visit, form.get("code", ""), address)
    return visit, Problem("Please start again.")


async def _named(services: LinkingServices, visit: Visit, written: str, address: str) -> tuple[Visit, Problem | None]:
    contact = read_contact(written, services.sign_in.kinds)
    if isinstance(contact, str):
        return visit, Problem(contact, typed=written)
    named = replace(visit, contact=contact, proven=False)
    problem = await _send(services, named, address)
    return (visit, replace(problem, typed=written)) if problem else (named, None)


async def _send(services: LinkingServices, visit: Visit, address: str) -> Problem | None:
    allowed = services.codes_sent.allow(address)
    return None if allowed and await services.sign_in.ask(visit.contact, visit.session) else Problem(_TOO_MANY, 429)


async def _typed(services: LinkingServices, visit: Visit, written: str, address: str) -> tuple[Visit, Problem | None]:
    code = re.sub(r"[\s-]", "", written)
    if not re.fullmatch(r"[0-9]{6}", code):
        return visit, Problem("The code is six digits. Please check it and type it again.")
    if not services.codes_tried.allow(address):
        return visit, Problem("That's a lot of tries. Please wait a quarter of an hour, then try again.", 429)
    outcome = await services.sign_in.prove(visit.contact, visit.session, code)
    if outcome == "right":
        return visit.as_proven(), None
    if outcome == "wrong":
        return visit, Problem("That's not the newest code we sent. Please check it and type it again.")
    return visit, Problem("That code can't be used any more. Please ask for a new one.")


def read_contact(written: str, kinds: frozenset[Literal["phone", "email"]]) -> SignedIdentity | str:
    """Return the phone or e-mail address meant, or what is wrong with it."""
    if "@" in written or "phone" not in kinds:
        email = normal_email(written)
        if "email" not in kinds:
            return "We can send a code by text message only: please type a phone number."
        return SignedIdentity(email=email) if email else "That doesn't look like an e-mail address. Please check it."
    phone = normal_phone(written)
    if phone:
        return SignedIdentity(phone=phone)
    if re.search("[0-9]{3}", written):
        return "Please type the phone number with its country code, such as +1 202 555 0123."
    either = " or an e-mail address" if "email" in kinds else ""
    return f"Please type a phone number with its country code{either}."
