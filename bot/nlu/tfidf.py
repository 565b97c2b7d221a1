"""Sparse features of a text: its words, word pairs and letter groups, weighted by rarity; learns no labels."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

_TOKEN = re.compile(r"[a-z0-9']+|[^\sa-z0-9']")
_SHORTEST_GROUP, _LONGEST_GROUP = 2, 5
_FEWEST_TEXTS = 2
LONGEST_WORD = 30


def word_features(text: str) -> list[str]:
    """Return the words and pairs of neighbouring words."""
    words = _TOKEN.findall(text)
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def letter_features(text: str) -> list[str]:
    """Return groups of two to five letters within each word, the word's borders counted as letters."""
    found = []
    for word in _TOKEN.findall(text):
        padded = f" {word[:LONGEST_WORD]} "
        for size in range(_SHORTEST_GROUP, min(_LONGEST_GROUP, len(padded)) + 1):
            found += [padded[i : i + size] for i in range(len(padded) - size + 1)]
    return found


@dataclass(frozen=True)
class Half:
    """One vocabulary: the column of each feature and its weight by rarity (idf)."""

    columns: dict[str, int]
    idf: Any

    @classmethod
    def fit(cls, texts: Sequence[list[str]], offset: int, fewest: int) -> "Half":
        """Take every feature that at least `fewest` texts have; columns are counted from `offset`."""
        seen = Counter(feature for features in texts for feature in set(features))
        kept = sorted(feature for feature, count in seen.items() if count >= fewest)
        idf = [np.log((1 + len(texts)) / (1 + seen[feature])) + 1 for feature in kept]
        return cls({feature: offset + i for i, feature in enumerate(kept)}, np.array(idf, np.float32))

    def weigh(self, features: list[str], offset: int) -> tuple[Any, Any]:
        """Return columns and values (length 1) of the features that are known."""
        counts = Counter(column for column in map(self.columns.get, features) if column is not None)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[columns - offset]
        return columns, values / (np.linalg.norm(values) or 1.0)


@dataclass(frozen=True)
class Tfidf:
    """Words and letter groups side by side, each half with length 1."""

    words: Half
    letters: Half

    @classmethod
    def fit(cls, texts: Iterable[str]) -> "Tfidf":
        texts = list(texts)
        words = Half.fit([word_features(text) for text in texts], 0, 1)
        letters = Half.fit([letter_features(text) for text in texts], len(words.columns), _FEWEST_TEXTS)
        return cls(words, letters)

    @property
    def size(self) -> int:
        """The number of columns."""
        return len(self.words.columns) + len(self.letters.columns)

    def features(self, text: str) -> tuple[Any, Any]:
        """Return the columns a text has and their values."""
        word_columns, word_values = self.words.weigh(word_features(text), 0)
        columns, values = self.letters.weigh(letter_features(text), len(self.words.columns))
        return np.concatenate([word_columns, columns]), np.concatenate([word_values, values])

    def matrix(self, texts: Sequence[str]) -> Any:
        """Return the features of many texts as one sparse matrix."""
        from scipy.sparse import csr_matrix

        rows = [self.features(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        return csr_matrix((np.concatenate([v for _, v in rows]), columns, starts), (len(texts), self.size))
