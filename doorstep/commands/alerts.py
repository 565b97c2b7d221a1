"""`doorstep alerts preview`: what shoppers would be told, in words."""

from collections.abc import Iterator
from typing import Annotated

import typer

from alerts.texts import Part, Texts, View
from doorstep.alert_rules import load_alert_rules
from doorstep.settings import ROOT, Settings
from support.gsm import segments
from tracking.facts import Occasion

app = typer.Typer(help="The messages that tell shoppers before they ask.", no_args_is_help=True)
_TOKEN = "x" * 40
"""As long as the last part of a link to a tracking page."""


@app.callback()
def alerts() -> None:
    """The messages that tell shoppers before they ask."""


@app.command()
def preview(
    occasion: Annotated[Occasion | None, typer.Option(help="Only this occasion.")] = None,
    parcels: Annotated[int, typer.Option(min=1, max=20, help="Parcels of the made-up order; one is meant.")] = 1,
) -> None:
    """Show each occasion on each medium that tells it, for a made-up order; sends nothing."""
    settings = Settings()
    rules, texts = load_alert_rules(ROOT / settings.alerts_rules), Texts()
    for told in [occasion] if occasion else list(Occasion):
        media = [medium for medium, occasions in rules.media.items() if told in occasions]
        typer.secho(f"{told}: {', '.join(media) or 'not told'}", bold=True)
        view = View(
            settings.shop_name,
            "1001",
            (_part(told, parcels),),
            f"{settings.public_url.rstrip('/')}/track/{_TOKEN}",
            ("Blue Canvas Shoes",),
        )
        # Several media have the same words.
        for lines in dict.fromkeys(tuple(_lines(texts, view, medium)) for medium in media):
            for line in lines:
                typer.echo(f"  {line}")


def _part(told: Occasion, parcels: int) -> Part:
    """What a made-up parcel says of each occasion, with all that may be known."""
    arrival = f"{'today' if told is Occasion.ARRIVING_TODAY else 'tomorrow'} between 2:00 pm and 6:00 pm"
    return Part(
        told,
        1,
        parcels,
        arrival,
        "Corner Shop",
        left="at the front door",
        signed_by="R. Doe",
        amount="12.50 USD",
        waiting="Monday",
    )


def _lines(texts: Texts, view: View, medium: str) -> Iterator[str]:
    if medium == "sms":
        text = texts.short(view)
        yield text
        yield f"({segments(text)} segment, {len(text)} characters)"
        return
    written = texts.mail(view) if medium == "email" else texts.line(view)
    yield f"Subject: {written.subject}"
    yield from written.text.splitlines()
