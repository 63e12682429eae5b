"""Numbers out of a config.json, each checked before a graph is built on it. Pure.

What transformers would take for a key that is missing is taken here as well. What this runtime does
not know is no damage: torch may.
"""

from collections.abc import Mapping
from typing import Any

from tasted.embedding.models.folder import ModelFolder
from tasted.embedding.runtimes.refusing import lacks


class ModelConfig:
    """A config.json, or a section of it.

    Args:
        model: for errors.
        values: of the section.
        defaults: what missing keys stand for.
    """

    def __init__(
        self, model: ModelFolder, values: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        self._model = model
        self._values = {**defaults, **values}

    def count(self, key: str) -> int:
        """Return a number of things: a whole one from 1.

        Raises:
            RuntimeLacks: when it is something else.
        """
        return self._whole(key, self._values[key])

    def counts(self, key: str) -> tuple[int, ...]:
        """Return a list of such numbers, not empty.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if not isinstance(value, list | tuple) or not value:
            raise self._odd(key)
        return tuple(self._whole(key, one) for one in value)

    def side(self, key: str) -> int:
        """Return the side of a square: a number, or the same number twice.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if isinstance(value, list | tuple):
            sides = set(self.counts(key))
            if len(sides) != 1:
                raise self._odd(key)
            return sides.pop()
        return self._whole(key, value)

    def number(self, key: str) -> float:
        """Return a number above 0.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise self._odd(key)
        return float(value)

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Return a list of that many numbers from 0.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if not isinstance(value, list | tuple) or len(value) != count:
            raise self._odd(key)
        if not all(isinstance(one, int | float) and one >= 0 for one in value):
            raise self._odd(key)
        return tuple(float(one) for one in value)

    def size(self, key: str) -> dict[str, int]:
        """Return a size in the words of image processors; a plain number is the shortest edge.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if isinstance(value, int):
            value = {"shortest_edge": value}
        if not isinstance(value, dict):
            raise self._odd(key)
        size = {name: self._whole(key, one) for name, one in value.items() if one is not None}
        if set(size) not in ({"shortest_edge"}, {"height", "width"}):
            raise self._odd(key)
        return size

    def has(self, key: str) -> bool:
        """Tell whether a key is true or has another value that counts."""
        return bool(self._values.get(key))

    def flag(self, key: str) -> bool:
        """Return true or false.

        Raises:
            RuntimeLacks: when it is something else.
        """
        value = self._values[key]
        if not isinstance(value, bool):
            raise self._odd(key)
        return value

    def word(self, key: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
        """Return a word that this runtime knows.

        Raises:
            RuntimeLacks: when it is another.
        """
        value = self._values[key]
        if not isinstance(value, str) or value not in known:
            raise self._odd(key)
        return value

    def _whole(self, key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._odd(key)
        return value

    def _odd(self, key: str) -> Exception:
        return lacks(self._model, f"its config.json says {key} = {str(self._values[key])[:40]!r}")
