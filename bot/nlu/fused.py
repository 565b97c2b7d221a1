"""The classifier: word features, sentence vectors and nearest examples, fused; knows nothing of Rasa or of files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.sentences import SentenceEncoder
from bot.nlu.spelling import Speller
from bot.nlu.tfidf import Tfidf
from bot.nlu.wording import normalise

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Tuning:
    """The classifier's figures, found by cross-validation; the pipeline in `bot/config.yml` may set each.

    `out_handicap` is taken from out_of_scope's score, whose many examples would win too often; texts that nothing of
    ours comes near are sent there by the threshold, which rejects the share `rejected` of held-back in-scope lines.
    """

    words_c: float = 20.0
    sentence_c: float = 30.0
    words_weight: float = 0.4
    sentence_weight: float = 1.0
    neighbour_weight: float = 4.0
    neighbours: int = 3
    out_handicap: float = 1.2
    certainty_weight: float = 0.3
    nearness_weight: float = 3.0
    rejected: float = 0.04
    held_back: float = 0.2


@dataclass(frozen=True)
class Linear:
    """A trained multinomial regression: one row of weights a feature, one column a label."""

    weights: Any
    bias: Any

    @classmethod
    def fit(cls, features: Any, targets: Any, c: float) -> "Linear":
        """Train with the inverse regularisation `c`."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=c, max_iter=200, tol=1e-3).fit(features, targets)
        return cls(np.ascontiguousarray(model.coef_.T, np.float32), model.intercept_.astype(np.float32))


@dataclass(frozen=True)
class Examples:
    """The training sentences' vectors, one row each, sorted by label; label i's rows end before `ends[i]`."""

    rows: Any
    ends: list[int]

    @classmethod
    def group(cls, vectors: Any, targets: Any, labels: int) -> "Examples":
        """Sort vectors by their label's position."""
        ends = np.searchsorted(np.sort(targets), np.arange(labels), side="right")
        return cls(vectors[np.argsort(targets, kind="stable")], ends.tolist())

    def nearest(self, vector: Any, neighbours: int) -> Any:
        """Return each label's highest cosines to its examples, `neighbours` a row; 0 where there are fewer."""
        cosines = self.rows @ vector
        found = np.zeros((len(self.ends), neighbours), np.float32)
        for row, start, end in zip(found, [0, *self.ends], self.ends, strict=False):
            part = cosines[start:end]
            if len(part) > neighbours:
                part.partition(len(part) - neighbours)
            row[: min(neighbours, len(part))] = part[-neighbours:]
        return found


@dataclass
class Fused:
    """A trained classifier; its labels are sorted and include out_of_scope."""

    labels: list[str]
    tuning: Tuning
    speller: Speller
    tfidf: Tfidf
    words: Linear
    sentence: Linear
    examples: Examples
    encoder: SentenceEncoder
    threshold: float = -np.inf

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str], encoder: SentenceEncoder, tuning: Tuning) -> "Fused":
        """Learn from texts and their intents; the threshold comes from a part that a first model has not seen."""
        normal = [normalise(text) for text in texts]
        vectors = encoder.vectors(normal)
        order = np.random.default_rng(7).permutation(len(normal))
        unseen, seen = np.split(order, [int(len(order) * tuning.held_back)])
        judge = cls._fit([normal[i] for i in seen], [intents[i] for i in seen], vectors[seen], encoder, tuning)
        ours = [i for i in unseen if intents[i] != OUT_OF_SCOPE]
        scores = [judge.weigh(normal[i], vectors[i])[1] for i in ours]
        model = cls._fit(normal, intents, vectors, encoder, tuning)
        model.threshold = float(np.quantile(scores, tuning.rejected))
        return model

    @classmethod
    def _fit(
        cls, texts: list[str], intents: Sequence[str], vectors: Any, encoder: SentenceEncoder, tuning: Tuning
    ) -> "Fused":
        labels = sorted({*intents, OUT_OF_SCOPE})
        targets = np.array([labels.index(intent) for intent in intents])
        tfidf = Tfidf.fit(texts)
        return cls(
            labels=labels,
            tuning=tuning,
            speller=Speller.from_texts(texts, encoder.words()),
            tfidf=tfidf,
            words=Linear.fit(tfidf.matrix(texts), targets, tuning.words_c),
            sentence=Linear.fit(vectors, targets, tuning.sentence_c),
            examples=Examples.group(vectors, targets, len(labels)),
            encoder=encoder,
        )

    def weigh(self, text: str, vector: Any) -> tuple[Any, float]:
        """Return a normalised text's log-probability of each label, and how much it looks like our business at all."""
        tuning, out = self.tuning, self.labels.index(OUT_OF_SCOPE)
        columns, values = self.tfidf.features(text)
        by_words = log_softmax(values @ self.words.weights[columns] + self.words.bias)
        by_sentence = log_softmax(vector @ self.sentence.weights + self.sentence.bias)
        nearest = self.examples.nearest(vector, tuning.neighbours)
        near = nearest.mean(1)
        scores = tuning.words_weight * by_words + tuning.sentence_weight * by_sentence + tuning.neighbour_weight * near
        scores[out] -= tuning.out_handicap
        scores = log_softmax(scores)
        ours = np.sort(np.delete(nearest, out, 0), axis=None)[-tuning.neighbours :].mean()
        certainty = np.delete(scores, out).max()
        return scores, float(tuning.certainty_weight * certainty + tuning.nearness_weight * (ours - near[out]))

    def probabilities(self, text: str) -> Any:
        """Return one probability a label for a text as it was typed."""
        text = self.speller.repair(normalise(text))
        scores, scope = self.weigh(text, self.encoder.vector(text))
        chances = np.exp(scores)
        return _lead(chances, self.labels.index(OUT_OF_SCOPE)) if scope < self.threshold else chances


def log_softmax(scores: Any) -> Any:
    """Return log-probabilities along the last axis."""
    scores = scores - scores.max(-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(-1, keepdims=True))


def _lead(chances: Any, winner: int) -> Any:
    """Give the winner at least half of the whole, and shrink the others alike."""
    share = max(0.5, float(chances[winner]))
    rest = chances.sum() - chances[winner]
    led = chances * ((1 - share) / rest if rest else 0.0)
    led[winner] = share
    return led
