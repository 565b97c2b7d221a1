"""The page behind a link that goes on with a conversation: the widget, and nothing else."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, select_autoescape

from channels._frames import Visitors

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <title>Your conversation with {{ shop }}</title>
  <link rel="icon" href="data:,">
</head>
<body>
  <main>
    <h1>Your conversation with {{ shop }}</h1>
    {% if token %}
    <p>It goes on in the chat on this page.</p>
    <script src="/widget.js" data-token="{{ token }}" data-open="always" data-title="{{ shop }}" defer></script>
    {% else %}
    <p>This link is no longer good. Write to us anew in the chat on this page.</p>
    <script src="/widget.js" data-open="always" data-title="{{ shop }}" defer></script>
    {% endif %}
  </main>
</body>
</html>
"""
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


def resume_url(public_url: str, visitor_secret: str, conversation: str) -> str:
    """Return the link that goes on with a conversation. It is good for 30 days; who has it is taken for the shopper."""
    return f"{public_url.rstrip('/')}/chat/resume/{Visitors(visitor_secret).token(conversation)}"


def resume_router(visitor_secret: str, shop: str) -> APIRouter:
    """GET /chat/resume/{token}."""
    router, visitors = APIRouter(), Visitors(visitor_secret)
    page = Environment(autoescape=select_autoescape(default=True)).from_string(_PAGE)

    @router.get("/chat/resume/{token}", include_in_schema=False)
    async def resume(token: str) -> HTMLResponse:
        good = visitors.conversation(token) is not None
        text = page.render(shop=shop, token=token if good else "")
        return HTMLResponse(text, 200 if good else 404, headers=_HEADERS)

    return router
