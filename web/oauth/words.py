"""Puts a one-time code into a mail and into a text message of one segment; sends nothing."""

from dataclasses import dataclass

from smsutil import is_valid_gsm

from support.sign_in import CODE_MINUTES
from web.oauth.pages import templates

_ONE_SEGMENT = 160
_ANY_SHOP = "the shop"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's words."""

    subject: str
    text: str
    html: str


def code_mail(shop: str, code: str) -> Mail:
    """The mail that brings a code."""
    values = {"shop": shop, "code": code, "minutes": CODE_MINUTES}
    text = templates().get_template("code_mail.txt").render(values)
    return Mail(f"{code} is your code for {shop}", text, templates().get_template("code_mail.html").render(values))


def code_text(shop: str, code: str) -> str:
    """The text message that brings a code. A shop's name that would make it cost two segments is left out."""
    template = templates().get_template("code_sms.txt")
    texts = [template.render(shop=name, code=code, minutes=CODE_MINUTES).strip() for name in (shop, _ANY_SHOP)]
    return next(text for text in texts if len(text) <= _ONE_SEGMENT and is_valid_gsm(text))
