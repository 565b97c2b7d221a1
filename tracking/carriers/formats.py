"""What a courier module declares: its names, number formats and tracking page; recognises nothing by itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

Check = Callable[[re.Match[str]], bool]
"""Tells whether a number that has the right shape also has the right check digit."""


@dataclass(frozen=True)
class Format:
    """One shape of tracking number.

    `pattern` must match the whole number, written in capitals without spaces, dashes, dots or brackets.
    `check` looks at the match, whose second group is the check digit, and `rule` says in words how; both are left out
    where the courier publishes none. `weight` is how much a match says: the number of characters that all such numbers
    share, or a negative number for a shape that the courier rarely uses.
    `valid` and `invalid` are example numbers, as people write them; the invalid ones are refused for this courier.
    """

    name: str
    pattern: str
    valid: tuple[str, ...]
    invalid: tuple[str, ...] = ()
    check: Check | None = None
    rule: str = ""
    weight: int = 0
    match: Callable[[str], re.Match[str] | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "match", re.compile(self.pattern, re.ASCII).fullmatch)

    def fits(self, number: str) -> bool:
        """Whether a cleaned number has this shape and, where there is one, the right check digit."""
        match = self.match(number)
        return match is not None and (self.check is None or self.check(match))


@dataclass(frozen=True)
class Courier:
    """One courier: our code for it, its name for shoppers, and what shops and aggregators call it (`aliases`).

    Aliases are compared without regard to case, spaces and punctuation; code and name need not be repeated.
    `url` is the courier's public tracking page with {number} in it, empty when it has none.
    `partner` and `partner_url` look at a number: for a standard that many posts share, they give the post behind it.
    """

    code: str
    name: str
    formats: tuple[Format, ...]
    url: str = ""
    aliases: tuple[str, ...] = field(default=())
    partner: Callable[[str], str] | None = None
    partner_url: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Candidate:
    """A courier that a number may belong to; `check_digit` is "ok" when it was proven, "none" when there is none."""

    carrier: str
    name: str
    check_digit: str
