"""What the stand-ins share that want a token: they hand out numbered ones, and end them."""

import re
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from tests.media_stands.base import StandIn


@dataclass(kw_only=True)
class TokenStandIn(StandIn):
    """A provider with a token service. Tokens before number `good_from` count as ended."""

    token_type: ClassVar[str]
    token_prefix: ClassVar[str]
    """What comes before a token's number."""

    token_status: int = 200
    seconds: int = 3600
    tokens: int = 0
    good_from: int = 1

    def give(self) -> Response:
        """The next token, or none unless `token_status` is 200."""
        self.tokens += 1
        token = f"{self.token_prefix}{self.tokens}"
        given = {"access_token": token, "token_type": self.token_type, "expires_in": self.seconds}
        return JSONResponse(given if self.token_status == 200 else {}, self.token_status)

    def good(self, request: Request) -> bool:
        """Whether a request bears a token that has not ended."""
        bearer = re.escape(f"Bearer {self.token_prefix}")
        number = re.fullmatch(bearer + r"(\d+)", request.headers.get("authorization", ""))
        return number is not None and int(number[1]) >= self.good_from
