"""Puts an alert into words from the templates; looks nothing up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from support.gsm import plain, segments
from tracking.facts import Occasion

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Part:
    """One occasion of a message: `count` of the order's `total` parcels, where they are and when they come.

    `place` and `arrival` are words, empty where nobody knows, as are `left` and `signed_by`, which say where a parcel
    was left and who signed for it. `when` says when it happened, empty for what has only just; `amount` is what was
    paid back; `waiting` is the day since which it is there to be collected. Of parcels without news, `since` is the
    day of the last scan in words, empty where there was none, and `in_hand` says that the shop has a ticket for it.
    """

    occasion: Occasion
    count: int = 1
    total: int = 1
    arrival: str = ""
    place: str = ""
    since: str = ""
    in_hand: bool = False
    left: str = ""
    signed_by: str = ""
    when: str = ""
    amount: str = ""
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What a message is about; its first part leads. `stop_url` is empty where the medium has its own way to stop."""

    shop: str
    number: str
    parts: tuple[Part, ...]
    url: str
    items: tuple[str, ...] = ()
    stop_url: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words; `subject` and `html` for media that have them."""

    text: str
    subject: str = ""
    html: str = ""


class Texts:
    """The templates, a folder of one file an occasion and one a medium."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(("html", "html.j2")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def short(self, view: View) -> str:
        """One text of one segment where shop, number and link leave room for the words, the fullest that fits."""
        draft = ""
        for parts, shop in _shorter(view):
            draft = plain(self._render("sms.txt.j2", view, parts=parts, shop=shop))
            if segments(draft) == 1:
                break
        return draft

    def mail(self, view: View) -> Written:
        """Subject, plain text and HTML."""
        more = {"parts": [(self._title(view, p), self._sentence(view, p)) for p in view.parts], "shop": view.shop}
        subject = self._title(view, view.parts[0])
        text = self._templates.get_template("email.txt.j2").render(view=view, **more)
        html = self._templates.get_template("email.html.j2").render(view=view, subject=subject, **more)
        return Written(text.strip() + "\n", subject, html)

    def line(self, view: View) -> Written:
        """A title and one sentence, for media that show little, such as notifications."""
        return Written(self._sentence(view, view.parts[0]), self._title(view, view.parts[0]))

    def _render(self, name: str, view: View, parts: Sequence[Part], shop: str) -> str:
        said = [self._sentence(view, part) for part in parts]
        return " ".join(self._templates.get_template(name).render(view=view, parts=said, shop=shop).split())

    def _title(self, view: View, part: Part) -> str:
        return self._macro("title", view, part)

    def _sentence(self, view: View, part: Part) -> str:
        return self._macro("sentence", view, part)

    def _macro(self, name: str, view: View, part: Part) -> str:
        template = self._templates.get_template(f"occasions/{part.occasion}.txt.j2")
        return " ".join(str(getattr(template.module, name)(view, part)).split())


def _shorter(view: View) -> list[tuple[tuple[Part, ...], str]]:
    """The parts and the shop's name, then with less and less; that it is no news of this hour is never left out."""
    first = view.parts[0]
    bare = Part(first.occasion, first.count, first.total, when=first.when, amount=first.amount)
    return [(view.parts, view.shop), ((first,), view.shop), ((bare,), view.shop), ((bare,), "")]
