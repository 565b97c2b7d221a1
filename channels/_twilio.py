"""Twilio's wire format: signed forms in, TwiML out; decides nothing about what is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from support.texting import Medium
from tracking.errors import InvalidInput

FORM_LIMIT = 64 * 1024
_MOST_FIELDS = 300
_MEDIA: Mapping[str, Medium] = {"whatsapp:": "whatsapp", "rcs:": "rcs"}
OPTED_OUT = "21610"
"""Twilio's error code for a number that has told Twilio itself to stop."""


class BadSignature(InvalidInput):
    """The request was not signed with our auth token."""


@dataclass(frozen=True, slots=True)
class Address:
    """A number (E.164) on one of the media that Twilio carries."""

    number: str
    medium: Medium

    @classmethod
    def read(cls, text: str) -> "Address":
        """Read `+1555…`, `whatsapp:+1555…` or `rcs:+1555…`. Raises InvalidInput."""
        prefix = next((prefix for prefix in _MEDIA if text.startswith(prefix)), "")
        number = text.removeprefix(prefix)
        if not number.removeprefix("+").isalnum() or not number.isascii() or len(number) > 40:
            raise InvalidInput("From: not a number, nor one behind whatsapp: or rcs:.")
        return cls(number, _MEDIA.get(prefix, "sms"))

    def written(self) -> str:
        """The address as Twilio writes it."""
        return self.number if self.medium == "sms" else f"{self.medium}:{self.number}"


async def signed_form(request: Request, public_url: str, token: str) -> dict[str, str]:
    """Return the fields of a request that Twilio signed. Raises InvalidInput, BadSignature for a wrong signature."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise InvalidInput("Content-Type: application/x-www-form-urlencoded is needed.")
    body = await request.body()
    if len(body) > FORM_LIMIT:
        raise InvalidInput(f"The form is over {FORM_LIMIT} bytes.")
    form = read_form(body)
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{public_url.rstrip('/')}{request.url.path}{query}"
    if not RequestValidator(token).validate(address, form, request.headers.get("x-twilio-signature", "")):
        raise BadSignature("X-Twilio-Signature does not match; check DOORSTEP_PUBLIC_URL and the auth token.")
    return form


def read_form(body: bytes) -> dict[str, str]:
    """Return a form's fields, the first of each name. Raises InvalidInput."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidInput("The form can't be read.") from error
    return dict(reversed(fields))


def twiml(texts: list[tuple[str, str]]) -> bytes:
    """Return the TwiML that says these texts, each with the address that its way is reported to."""
    response = MessagingResponse()
    for text, report_to in texts:
        response.message(text, status_callback=report_to)
    return str(response).encode()
