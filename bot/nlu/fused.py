"""The classifier: word features and sentence vectors, each with its own regression, fused; knows nothing of Rasa."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.sentences import SentenceEncoder
from bot.nlu.spelling import Speller
from bot.nlu.tfidf import Half, Tfidf
from bot.nlu.wording import normalise

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Tuning:
    """The figures of the classifier, found by measuring; `bot/config.yml` may override each.

    `rejected` is the share of held-back in-scope lines that the out-of-scope threshold may reject.
    """

    words_c: float = 20.0
    sentence_c: float = 30.0
    words_weight: float = 0.5
    sentence_weight: float = 0.8
    certainty_weight: float = 0.5
    near_weight: float = 3.0
    far_weight: float = 1.5
    neighbours: int = 3
    rejected: float = 0.02
    held_back: float = 0.2
    sharpness: float = 1.0


@dataclass(frozen=True)
class Linear:
    """A trained multinomial regression: one row of weights a feature, one column a label."""

    weights: Any
    bias: Any

    @classmethod
    def fit(cls, features: Any, targets: Any, c: float) -> "Linear":
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=c, max_iter=200, tol=1e-3).fit(features, targets)
        return cls(np.ascontiguousarray(model.coef_.T, np.float32), model.intercept_.astype(np.float32))


def log_softmax(scores: Any) -> Any:
    """Return log-probabilities along the last axis."""
    scores = scores - scores.max(-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(-1, keepdims=True))


@dataclass
class Fused:
    """A trained classifier. `rows` are the training sentences' vectors, `row_labels` their labels' positions."""

    labels: list[str]
    tuning: Tuning
    speller: Speller
    tfidf: Tfidf
    words: Linear
    sentence: Linear
    rows: Any
    row_labels: Any
    threshold: float = -np.inf
    encoder: SentenceEncoder = field(default=None, repr=False)  # type: ignore[assignment]

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str], encoder: SentenceEncoder, tuning: Tuning) -> "Fused":
        """Learn from texts and their intents; the threshold comes from a part that a first model has not seen."""
        texts = [normalise(text) for text in texts]
        vectors = encoder.vectors(texts)
        first, unseen = _split(len(texts), tuning.held_back)
        judge = cls._fit([texts[i] for i in first], [intents[i] for i in first], vectors[first], encoder, tuning)
        scores = [
            judge.scope_score(judge.log_scores(texts[i], vectors[i]), vectors[i])
            for i in unseen
            if intents[i] != OUT_OF_SCOPE
        ]
        model = cls._fit(texts, intents, vectors, encoder, tuning)
        model.threshold = float(np.quantile(scores, tuning.rejected)) if scores else -np.inf
        return model

    @classmethod
    def _fit(cls, texts: list[str], intents: Sequence[str], vectors: Any, encoder: SentenceEncoder, tuning: Tuning) -> "Fused":
        labels = sorted(set(intents))
        targets = np.array([labels.index(intent) for intent in intents])
        tfidf = Tfidf.fit(texts)
        return cls(
            labels=labels,
            tuning=tuning,
            speller=Speller.from_texts(texts, encoder.words()),
            tfidf=tfidf,
            words=Linear.fit(tfidf.matrix(texts), targets, tuning.words_c),
            sentence=Linear.fit(vectors, targets, tuning.sentence_c),
            rows=vectors,
            row_labels=targets,
            encoder=encoder,
        )

    def log_scores(self, text: str, vector: Any) -> Any:
        """Return one fused score a label for a normalised text."""
        columns, values = self.tfidf.features(text)
        by_words = log_softmax(values @ self.words.weights[columns] + self.words.bias)
        by_sentence = log_softmax(vector @ self.sentence.weights + self.sentence.bias)
        return self.tuning.words_weight * by_words + self.tuning.sentence_weight * by_sentence

    def scope_score(self, scores: Any, vector: Any) -> float:
        """Say how much a text looks like our business; higher is more."""
        out = self._out
        nearness = self.rows @ vector
        ours = self.row_labels != out
        best = np.delete(log_softmax(scores), out).max() if out is not None else log_softmax(scores).max()
        score = self.tuning.certainty_weight * best + self.tuning.near_weight * _top(nearness[ours], self.tuning.neighbours)
        if out is not None:
            score -= self.tuning.far_weight * _top(nearness[~ours], self.tuning.neighbours)
        return float(score)

    @property
    def _out(self) -> int | None:
        return self.labels.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.labels else None

    def probabilities(self, text: str) -> Any:
        """Return one probability a label for a text as it was typed."""
        text = self.speller.repair(normalise(text))
        vector = self.encoder.vector(text)
        scores = self.log_scores(text, vector)
        chances = np.exp(log_softmax(self.tuning.sharpness * scores))
        if self._out is not None and self.scope_score(scores, vector) < self.threshold:
            return _lead(chances, self._out)
        return chances


def _split(count: int, share: float) -> tuple[Any, Any]:
    order = np.random.default_rng(7).permutation(count)
    cut = int(count * share)
    return order[cut:], order[:cut]


def _top(values: Any, count: int) -> float:
    return float(np.sort(values)[-count:].mean()) if len(values) else 0.0


def _lead(chances: Any, winner: int) -> Any:
    """Give the winner at least half of the whole, and shrink the others alike."""
    share = max(0.5, chances[winner])
    rest = chances.sum() - chances[winner]
    led = chances * ((1 - share) / rest if rest else 0.0)
    led[winner] = share
    return led
