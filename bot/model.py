"""Loads one trained archive for serving: without what only training needs, and without a reader of typed intents."""

from functools import cache, cached_property
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_json_file
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.action_calls import TurnError


class ServingStorage(LocalModelStorage):  # type: ignore[misc]
    """A model's files without its training graph, whose validators would import every component Rasa has."""

    @staticmethod
    def _load_metadata(directory: Path) -> ModelMetadata:
        metadata = read_json_file(directory / "metadata.json")
        return ModelMetadata.from_dict({**metadata, "train_schema": {"nodes": {}}})


class PlainRunner(DaskGraphRunner):  # type: ignore[misc]
    """Runs a model's steps one after the other; the scheduler it replaces costs more than some steps do."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return the targets' results, as `GraphRunner.run` does."""
        wanted = targets or self._graph_schema.target_names
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._order(tuple(wanted)):
            needs = self._graph_schema.nodes[name].needs.values()
            done[name] = self._instantiated_nodes[name](*(done[need] for need in needs))
        return dict(done[name] for name in wanted)

    @cache  # noqa: B019 - there is one runner, and it lives as long as the process
    def _order(self, targets: tuple[str, ...]) -> list[str]:
        nodes = self._graph_schema.nodes
        ordered: list[str] = []

        def visit(name: str) -> None:
            if name in nodes and name not in ordered:
                for need in nodes[name].needs.values():
                    visit(need)
                ordered.append(name)

        for target in targets:
            visit(target)
        return ordered


class DeskProcessor(MessageProcessor):  # type: ignore[misc]
    """Rasa's message processor on such a model, where no typed text can name an intent."""

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, PlainRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as unpacked:
            metadata, runner = load_predict_graph_runner(Path(unpacked), Path(model_path), ServingStorage, PlainRunner)
        # Rasa appends a step that reads "/intent" out of texts; the parse ends one step earlier.
        # The channel alone reads commands, see bot/channel.py.
        reader = metadata.predict_schema.nodes[metadata.nlu_target]
        if reader.uses is not RegexMessageHandler:
            raise RasaException("the model's last step is not the one that reads /intents; use `make train`")
        metadata.nlu_target = reader.needs["messages"]
        return Path(model_path).name, metadata, runner

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fill slots from the message where the domain says how; ours leaves all of them to its actions."""
        if self._slots_are_left_to_actions:
            return tracker
        return await super().run_action_extract_slots(output_channel, tracker)

    @cached_property
    def _slots_are_left_to_actions(self) -> bool:
        slots = [slot for slot in self.domain.slots if slot.name not in DEFAULT_SLOT_NAMES]
        left = all(m.get("type") == "custom" and "action" not in m for slot in slots for m in slot.mappings)
        return left and ACTION_VALIDATE_SLOT_MAPPINGS not in self.domain.action_names_or_texts

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Let be what Rasa warns of: our own pipeline names only intents and entities of the domain."""


def _end_turn(*_: Any) -> None:
    # Rasa would store the endless turn, and the conversation would be dumb ever after.
    raise TurnError("the dialogue found no end")


class DeskAgent(Agent):  # type: ignore[misc]
    """Rasa's agent, made to fail loudly where Rasa would go on with less."""

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Any) -> TrackerStore:
        # Rasa wraps the store and falls back to memory when the database fails; a turn must fail instead.
        if store is None:
            raise RasaException("endpoints.yml names no tracker store")
        store.domain = domain
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load exactly this archive: given a missing path Rasa would pick another one from the folder."""
        if not Path(model_path).is_file():
            raise RasaException(f"there is no trained model at {model_path}; `make train` makes it")
        self.processor = DeskProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            on_circuit_break=_end_turn,
        )
        self.domain = self.tracker_store.domain = self.processor.domain
        self.nlg.responses = self.domain.responses
        self._set_fingerprint(fingerprint)
