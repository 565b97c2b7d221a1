"""Makes our pipeline steps known to Rasa's training; serving never imports it, since the recipe brings TensorFlow."""

from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.nlu.components import FusedClassifier, ShapeExtractor

_KINDS = DefaultV1Recipe.ComponentType

DefaultV1Recipe.register(_KINDS.ENTITY_EXTRACTOR, is_trainable=False)(ShapeExtractor)
DefaultV1Recipe.register(_KINDS.INTENT_CLASSIFIER, is_trainable=True)(FusedClassifier)
