"""Tells a waiting shopper that the answer is on its way (Alexa's progressive response); does not answer."""

from urllib.parse import urlsplit

import aiohttp
import structlog

from skills.alexa.hearing import Heard
from skills.alexa.speech import ssml

_SECONDS = 2.0
_HOSTS = (".amazonalexa.com", ".amazon.com")
log = structlog.get_logger()


class Progress:
    """Speaks through the address that the request names, if it is Amazon's, or always through `base_url`."""

    def __init__(self, base_url: str | None = None) -> None:
        self._base_url = base_url

    async def say(self, heard: Heard, text: str) -> None:
        """Have `text` spoken while the shopper waits. Never raises: the answer itself matters more."""
        base_url = self._base_url or amazon_url(heard.api_endpoint)
        if not base_url or not heard.api_token:
            return
        body = {
            "header": {"requestId": heard.request_id},
            "directive": {"type": "VoicePlayer.Speak", "speech": f"<speak>{ssml(text)}</speak>"},
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
                session.post(
                    f"{base_url}/v1/directives",
                    json=body,
                    headers={"Authorization": f"Bearer {heard.api_token}"},
                    allow_redirects=False,
                ) as response,
            ):
                log.info("alexa_progress", status=response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("alexa_progress_failed", error=type(error).__name__)


def amazon_url(endpoint: str) -> str | None:
    """Return an address's plain form if it is one of Amazon's, else None: it gets a token and must be theirs."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc or not host.endswith(_HOSTS):
        return None
    return f"https://{host}"
