"""Repairs single slips in words of four letters and more towards the words we train on; never touches digits."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

SHORTEST, LONGEST = 4, 20
_WORD = re.compile(r"[a-z']+")
_RUN = re.compile(r"(.)\1{2,}")


def words_of(text: str) -> list[str]:
    """Return the words of a lower-case text."""
    return _WORD.findall(text)


def _deletions(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


class Speller:
    """Knows words worth repairing to (with how often they occur) and words that are right as they stand."""

    def __init__(self, counts: Mapping[str, int], known: Iterable[str]) -> None:
        self._counts = dict(counts)
        self._known = {word for word in known if len(word) >= SHORTEST} | set(counts)
        self._near: dict[str, list[str]] = {}
        for word in counts:
            if SHORTEST <= len(word) <= LONGEST and "'" not in word:
                for shorter in _deletions(word):
                    self._near.setdefault(shorter, []).append(word)

    @classmethod
    def from_texts(cls, texts: Iterable[str], known: Iterable[str]) -> "Speller":
        """Learn from training texts; a word seen once there may itself be a slip unless `known` has it."""
        known = set(known)
        counts = Counter(word for text in texts for word in words_of(text))
        return cls({word: n for word, n in counts.items() if word in known or n > 1}, known)

    @property
    def counts(self) -> dict[str, int]:
        """The words that repairs lead to."""
        return self._counts

    def repair(self, text: str) -> str:
        """Return a lower-case text with its repairable words repaired."""
        return _WORD.sub(lambda match: self._repair_word(match.group()), text)

    def _repair_word(self, word: str) -> str:
        if not SHORTEST <= len(word) <= LONGEST or word in self._known or "'" in word:
            return word
        for calmer in (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)):
            if calmer in self._known:
                return calmer
        shorter = _deletions(word)
        found = set(self._near.get(word, ())) | {w for w in shorter if w in self._counts and len(w) >= SHORTEST}
        for part in shorter:
            found.update(self._near.get(part, ()))
        return max(found, key=lambda w: self._fitness(word, w)) if found else word

    def _fitness(self, word: str, candidate: str) -> tuple[bool, bool, int, str]:
        same_letters = sorted(word) == sorted(candidate)
        return (same_letters, word[0] == candidate[0], self._counts[candidate], candidate)
