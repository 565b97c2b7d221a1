"""Texts by Twilio's REST API, WhatsApp and RCS included; hears no answers, that is the channel's."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from alerts.media._waiting import not_now
from alerts.media.base import Medium, Send, Values, patience
from alerts.model import NotSent, OptedOut, Outgoing, Sent
from tracking.errors import Unavailable

_API_URL = "https://api.twilio.com"
_OPTED_OUT = "21610"
"""Twilio's error code for a number that has told Twilio itself to stop."""
_ADDRESS = re.compile(r"(?P<prefix>(?:whatsapp:|rcs:)?)\+?[A-Za-z0-9]{1,39}")


class _Twilio:
    """Sends from one number or messaging service. Twilio knows no keys: what is sent twice arrives twice."""

    def __init__(self, api_url: str, account: str, token: str, sender: str, seconds: float) -> None:
        self._url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, token)}
        self._sender, self._timeout = sender, aiohttp.ClientTimeout(total=seconds)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send one text. Raises OptedOut, NotSent or Unavailable."""
        return _sent(*await self._post({"To": outgoing.to, "Body": outgoing.text, **self._rest(outgoing)}))

    def _rest(self, outgoing: Outgoing) -> dict[str, str]:
        written = _ADDRESS.fullmatch(outgoing.to)
        if not written:
            raise NotSent("This is no number, nor one behind whatsapp: or rcs:.", "address")
        report = {"StatusCallback": outgoing.report_to} if outgoing.report_to else {}
        if self._sender.startswith("MG"):
            return {"MessagingServiceSid": self._sender, **report}
        return {"From": f"{written['prefix']}{self._sender}", **report}

    async def _post(self, fields: Mapping[str, str]) -> tuple[int, dict[str, Any], str]:
        """The answer: its status, what it says, and how long to wait."""
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers, timeout=self._timeout) as session,
                session.post(self._url, data=fields, allow_redirects=False) as response,
            ):
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"Twilio did not take the text ({type(error).__name__}).") from error
        wait = response.headers.get("Retry-After", "")
        return response.status, answer if isinstance(answer, dict) else {}, wait


def _sent(status: int, answer: Mapping[str, Any], wait: str) -> Sent:
    """Read Twilio's answer. Anything that is neither a text taken nor one refused may go better later."""
    sid = str(answer.get("sid") or "")
    if 200 <= status < 300 and sid:
        return Sent(sid)
    if not 400 <= status < 500 or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise not_now(f"Twilio did not take the text ({status}).", wait)
    code = str(answer.get("code") or status)
    if code == _OPTED_OUT:
        raise OptedOut("Its reader has told Twilio to stop.", code)
    raise NotSent(f"Twilio refused the text ({code}).", code)


def _open(values: Values) -> Send:
    account, token, sender = (values(name) or "" for name in MEDIUM.settings)
    return _Twilio(values("twilio_api_url") or _API_URL, account, token, sender, patience(values)).send


MEDIUM = Medium("sms", "Texting by Twilio", ("twilio_account_sid", "twilio_auth_token", "twilio_from"), _open)
