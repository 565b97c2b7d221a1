"""Draws the order card of a reply for the Alexa app and for devices with a screen; decides nothing."""

from collections.abc import Mapping
from typing import Any

from ask_sdk_model.interfaces.alexa.presentation.apl.render_document_directive import RenderDocumentDirective
from ask_sdk_model.ui.simple_card import SimpleCard

_TOKEN = "order"  # noqa: S105 - APL's name for what is on the screen


def home_card(card: Mapping[str, Any]) -> SimpleCard:
    """Return the card for the Alexa app: the order's number and how it stands."""
    return SimpleCard(title=_title(card), content=str(card["headline"]))


def screen(card: Mapping[str, Any]) -> RenderDocumentDirective:
    """Return the same for a screen."""
    order = {"title": _title(card), "headline": str(card["headline"])}
    return RenderDocumentDirective(token=_TOKEN, document=_document(), datasources={"order": order})


def _title(card: Mapping[str, Any]) -> str:
    return f"Order {card['number']}"


def _document() -> dict[str, Any]:
    lines = [_line("${order.title}", "28dp"), _line("${order.headline}", "48dp")]
    box = {
        "type": "Container",
        "width": "100vw",
        "height": "100vh",
        "alignItems": "center",
        "justifyContent": "center",
        "items": lines,
    }
    return {
        "type": "APL",
        "version": "2022.1",
        "theme": "dark",
        "mainTemplate": {"parameters": ["order"], "items": [box]},
    }


def _line(text: str, size: str) -> dict[str, str]:
    return {"type": "Text", "text": text, "fontSize": size, "textAlign": "center", "width": "90vw"}
