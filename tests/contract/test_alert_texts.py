"""Every occasion has words on every medium: one segment by text, both parts and safe HTML by mail."""

import re
from itertools import product

import pytest

from alerts.texts import Part, Texts, View
from support.gsm import segments
from tracking.facts import Occasion

TEXTS = Texts()
URL = f"https://track.lantern-and-loom.example.com/track/{'x' * 40}"
COUNTS = ((1, 1), (1, 3), (2, 3), (3, 3))


def view(occasion: Occasion, counts: tuple[int, int] = (1, 1), **more: object) -> View:
    part = Part(occasion, *counts, "tomorrow between 2:00 pm and 6:00 pm", "Corner Shop, Foghorn Bay")
    known: dict[str, object] = {"shop": "Lantern & Loom", "number": "LL-2026-10042", "parts": (part,), "url": URL}
    return View(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(("occasion", "counts"), list(product(Occasion, COUNTS)))
def test_a_text_is_one_segment_with_link_and_number(occasion: Occasion, counts: tuple[int, int]) -> None:
    text = TEXTS.short(view(occasion, counts))
    assert segments(text) == 1
    assert text.endswith(f" {URL}")
    assert "LL-2026-10042" in text
    assert "  " not in text
    assert " ." not in text
    assert "{" not in text


def test_what_does_not_fit_is_left_out_and_what_matters_stays() -> None:
    parts = tuple(Part(o, 1, 3, "tomorrow between 2:00 pm and 6:00 pm") for o in Occasion)
    text = TEXTS.short(view(Occasion.DELIVERED, parts=parts, shop="“Żółw” — Lamps, Lanterns & Looms of Foghorn Bay"))
    assert segments(text) == 1
    assert URL in text


@pytest.mark.parametrize(("occasion", "counts"), list(product(Occasion, COUNTS)))
def test_a_mail_has_everything(occasion: Occasion, counts: tuple[int, int]) -> None:
    stop = "https://shop.example.com/alerts/off/token"
    mail = TEXTS.mail(view(occasion, counts, stop_url=stop, items=("Glass Teapot",)))
    assert "LL-2026-10042" in mail.subject
    assert "\n" not in mail.subject
    for body in (mail.text, mail.html):
        assert {URL, stop} <= set(re.findall(r"https://[^\s\"<]+", body))
        assert "Glass Teapot" in body
        assert "{" not in body.split("</style>")[-1]
        assert " ." not in body.split("</style>")[-1]


def test_html_takes_nothing_from_elsewhere_and_is_safe() -> None:
    hostile = "<script>alert(1)</script>"
    mail = TEXTS.mail(view(Occasion.DELIVERED, shop=hostile, number=hostile, items=(hostile,), stop_url=URL))
    assert "<script" not in mail.html
    assert re.findall(r"(?:src|url\()", mail.html) == []
    assert 'content="light dark"' in mail.html
    assert hostile in mail.text


@pytest.mark.parametrize("occasion", Occasion)
def test_a_notification_has_title_and_words(occasion: Occasion) -> None:
    line = TEXTS.line(view(occasion))
    assert line.subject
    assert line.text.endswith(".")
