"""Doorstep's two steps of the NLU pipeline as Rasa loads them; `bot.nlu.recipe` makes them known for training."""

import os
from dataclasses import asdict, fields
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import saving
from bot.nlu.dates import spacy_reader
from bot.nlu.extraction import extract, is_only_identifier
from bot.nlu.fused import Fused, Tuning
from bot.nlu.identifiers import DEFAULT_ORDER_PATTERNS, OrderNumbers
from bot.nlu.sentences import load_encoder
from bot.nlu.spans import Span

PATTERNS_SETTING = "DOORSTEP_ORDER_NUMBER_PATTERNS"
IDENTIFIER, SURE = "inform_identifier", 0.99
RANKED = 10


def order_patterns(config: dict[str, Any]) -> list[str]:
    """Return the shop's formats: regular expressions from the environment, parted by spaces, else from the config."""
    return os.environ.get(PATTERNS_SETTING, "").split() or list(config["order_number_patterns"])


class ShapeExtractor(GraphComponent):  # type: ignore[misc]
    """Reads identifiers, numbers, dates, positions and things out of a text by their shapes."""

    def __init__(self, config: dict[str, Any]) -> None:
        try:
            self._orders = OrderNumbers(order_patterns(config))
        except ValueError as error:
            raise InvalidConfigException(f"{PATTERNS_SETTING} or bot/config.yml: {error}") from None
        self._read_dates = spacy_reader() if config["spacy_dates"] else None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `bot/config.yml` may change."""
        return {"order_number_patterns": list(DEFAULT_ORDER_PATTERNS), "spacy_dates": True}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003  (Rasa passes all four by name)
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "ShapeExtractor":
        """Make the step; there is nothing to train."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to the messages."""
        for message in messages:
            found = extract(message.get("text") or "", self._orders, self._read_dates)
            entities = [{**vars(span), "extractor": type(self).__name__} for span in found]
            message.set("entities", message.get("entities", []) + entities, add_to_output=True)
        return messages


class FusedClassifier(GraphComponent):  # type: ignore[misc]
    """Names the intent of a text; one that says nothing but an identifier needs no guessing."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model: Fused | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `bot/config.yml` may change; see `Tuning`."""
        return asdict(Tuning())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "FusedClassifier":
        """Make the untrained step."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_: Any,
    ) -> "FusedClassifier":
        """Make the step as it was trained. Raises EncoderMissing."""
        step = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            step._model = saving.load(folder, load_encoder())
        return step

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and write the model. Raises EncoderMissing."""
        tuning = Tuning(**{field.name: self._config[field.name] for field in fields(Tuning)})
        examples = [example for example in training_data.intent_examples if example.get("text")]
        intents = [example.get("intent") for example in examples]
        self._model = Fused.train([example.get("text") for example in examples], intents, load_encoder(), tuning)
        with self._storage.write_to(self._resource) as folder:
            saving.save(self._model, folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add intent and ranking to the messages."""
        for message in messages:
            ranking = self._ranking(message.get("text") or "", message.get("entities") or [])
            message.set("intent", ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _ranking(self, text: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not text.strip() or self._model is None:
            return []
        spans = [Span(e["entity"], e["start"], e["end"], str(e["value"])) for e in entities]
        if is_only_identifier(text, spans):
            return [{"name": IDENTIFIER, "confidence": SURE}]
        chances = self._model.probabilities(text)
        best = chances.argsort()[::-1][:RANKED]
        return [{"name": self._model.labels[i], "confidence": float(chances[i])} for i in best]
