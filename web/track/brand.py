"""The shop's name, logo and colour on the tracking page, with colours that can be read whatever the shop's is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

_READABLE = 4.6
"""A little above the contrast of 4.5 that WCAG 2 asks for text."""
_ON_DARK, _ON_LIGHT = "#ffffff", "#14161b"
_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "light": {"paper": "#f6f5f2", "card": "#ffffff", "ink": "#1c1f26"},
    "dark": {"paper": "#111317", "card": "#1a1d23", "ink": "#eef0f4"},
}
_SOFTNESS = 0.1


@dataclass(frozen=True)
class Look:
    """How the page presents the shop. `color` is "#rrggbb", `logo_url` empty for none."""

    shop: str
    logo_url: str = ""
    color: str = "#2f54d6"

    @property
    def logo_source(self) -> str:
        """Where the logo comes from, as a content security policy names it; empty for this server."""
        parts = urlsplit(self.logo_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @cached_property
    def css(self) -> str:
        """The shop's colours as custom properties, for light and for dark."""
        light, dark = (_properties(self.color, _SCHEMES[name]) for name in ("light", "dark"))
        return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def _properties(color: str, scheme: Mapping[str, str]) -> str:
    soft = _mix(scheme["card"], color, _SOFTNESS)
    found = {
        "paper": scheme["paper"],
        "card": scheme["card"],
        "ink": scheme["ink"],
        "brand": color,
        "on-brand": max((_ON_DARK, _ON_LIGHT), key=lambda text: contrast(text, color)),
        "brand-ink": readable(color, scheme["ink"], (scheme["paper"], scheme["card"], soft)),
        "brand-soft": soft,
    }
    return "".join(f"--{name}:{value};" for name, value in found.items())


def readable(color: str, ink: str, grounds: tuple[str, ...]) -> str:
    """Return the colour, moved towards `ink` just as far as it takes to be read on all these grounds."""
    for step in range(21):
        tried = _mix(color, ink, step / 20)
        if all(contrast(tried, ground) >= _READABLE for ground in grounds):
            return tried
    return ink


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 counts it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mix(start: str, end: str, share: float) -> str:
    pairs = zip(_parts(start), _parts(end), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def _parts(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
