"""Numbers as they are spoken ("one zero zero four", "double seven", "ten forty-two"), turned into digits."""

import re

from bot.nlu.spans import Span, table

_UNITS = {w: i for i, w in enumerate(table("zero one two three four five six seven eight nine"))}
_UNITS |= {"oh": 0, "o": 0, "nought": 0, "naught": 0, "nil": 0}
_TEENS = table("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TEENS_VALUE = {w: i for i, w in enumerate(_TEENS, 10)}
_TENS = {w: i * 10 for i, w in enumerate(table("twenty thirty forty fifty sixty seventy eighty ninety"), 2)}
_TENS["fourty"] = 40
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_SCALES = {"hundred": 100, "thousand": 1000}
_STARTERS = {*_UNITS, *_TEENS_VALUE, *_TENS, *_TIMES} - {"o", "oh"}
_ALL = {*_UNITS, *_STARTERS, *_SCALES, "and", "hash"}
_WORD = re.compile(r"[a-z]+|\d+|[^\sa-z\d]", re.IGNORECASE)
_MOST_DIGITS = 40

Token = tuple[str, int, int]


def spoken_numbers(text: str) -> list[Span]:
    """Return spoken numbers of two digits and more, or any if nothing else is said. Single typed digits may join in."""
    tokens = [(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
    found: list[Span] = []
    said, position = sum(token[0].isalnum() for token in tokens), 0
    while position < len(tokens):
        run = _run(tokens, position)
        if run:
            digits = _digits([word for word, _, _ in run if word not in ",-"])
            alone = len(run) == said
            spoken = any(word.isalpha() for word, _, _ in run)
            if digits and (len(digits) > 1 or alone) and (spoken or len(run) > 2) and len(digits) <= _MOST_DIGITS:
                found.append(Span("number", run[0][1], run[-1][2], digits))
        position += max(1, len(run))
    return found


def _run(tokens: list[Token], start: int) -> list[Token]:
    """Return the longest row of number words from here, without a dangling "and", comma or dash at its end."""
    end = start
    while end < len(tokens) and _belongs(tokens[end][0], end == start):
        end += 1
    while end > start and tokens[end - 1][0] in {"and", ",", "-", *_TIMES}:
        end -= 1
    return tokens[start:end]


def _belongs(word: str, first: bool) -> bool:
    if word.isdigit():
        return len(word) == 1
    return word in _STARTERS if first else word in _ALL or word in ",-"


def _digits(words: list[str]) -> str:
    """Spell out a row of number words as digits; empty when it makes no number."""
    out, i = "", 0
    while i < len(words):
        value, used = _group(words, i)
        if not used:
            return ""
        out, i = out + value, i + used
    return out


def _group(words: list[str], i: int) -> tuple[str, int]:
    word, after = words[i], words[i + 1] if i + 1 < len(words) else ""
    if word in _TIMES:
        return (_unit(after) * _TIMES[word], 2) if _unit(after) else ("", 0)
    value, used = _small(words, i)
    scaled = words[i + used] if used and i + used < len(words) else ""
    if scaled in _SCALES and value:
        return _scaled(words, i + used + 1, int(value) * _SCALES[scaled], _SCALES[scaled], used + 1)
    return value, used


def _scaled(words: list[str], i: int, total: int, scale: int, used: int) -> tuple[str, int]:
    """Add what follows "hundred" or "thousand": "one thousand (and) two"."""
    skip = 1 if i < len(words) and words[i] == "and" else 0
    rest, more = _group(words, i + skip) if i + skip < len(words) else ("", 0)
    if more and 0 < int(rest) < scale and not rest.startswith("0"):
        return str(total + int(rest)), used + skip + more
    return str(total), used


def _small(words: list[str], i: int) -> tuple[str, int]:
    word = words[i]
    if word in _TENS:
        after = _unit(words[i + 1]) if i + 1 < len(words) else ""
        return (str(_TENS[word] + int(after)), 2) if after not in ("", "0") else (str(_TENS[word]), 1)
    if word in _TEENS_VALUE:
        return str(_TEENS_VALUE[word]), 1
    unit = _unit(word)
    return unit, 1 if unit else 0


def _unit(word: str) -> str:
    return word if word.isdigit() else str(_UNITS[word]) if word in _UNITS else ""
