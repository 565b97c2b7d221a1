"""Which media tell an occasion, given where somebody can be reached; pure, and judges no wishes."""

from collections.abc import Mapping, Sequence

from alerts.rules import Rules
from tracking.facts import Occasion

Known = Mapping[str, Sequence[str]]
"""Addresses by medium, of media that are configured."""


def targets(rules: Rules, occasion: Occasion, known: Known) -> list[tuple[str, str]]:
    """Media and addresses to tell an occasion on, by the fallback where a medium can't reach anybody.

    Nobody is reached instead of those who did not ask to be told, nor instead of the merchant.
    """
    found: list[tuple[str, str]] = []
    for medium, told in rules.media.items():
        if occasion in told and not _told_before(rules, medium, occasion, known):
            stand_ins = () if medium in rules.subscribed | rules.merchant else rules.stand_ins(medium)
            reached = _first((medium, *stand_ins), known)
            found += [(reached, one) for one in known.get(reached, ()) if (reached, one) not in found]
    return found


def instead(rules: Rules, medium: str, occasions: Sequence[Occasion], known: Known) -> tuple[str, list[Occasion]]:
    """The medium to tell on what could not be told on another, and which of it: not what is told there anyhow.

    The medium is empty where there is none.
    """
    other = _first(rules.stand_ins(medium), known)
    told_there = rules.media.get(other, frozenset()) if medium not in rules.before(other) else frozenset()
    return other, [occasion for occasion in occasions if occasion not in told_there]


def _told_before(rules: Rules, medium: str, occasion: Occasion, known: Known) -> bool:
    return any(known.get(one) and occasion in rules.media.get(one, frozenset()) for one in rules.before(medium))


def _first(media: Sequence[str], known: Known) -> str:
    return next((medium for medium in media if known.get(medium)), "")
