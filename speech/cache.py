"""Rendered pieces, shared by all mouths of a process and bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict

from .piece import Piece, Recipe, baking
from .steps import Steps, at_once

_DEFAULT_BYTES = 64 << 20


class SoundCache:
    """Pieces by recipe; the least recently used ones go when `limit_bytes` is exceeded."""

    def __init__(self, limit_bytes: int = _DEFAULT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self.hits = 0
        self.misses = 0
        self._pieces: OrderedDict[Recipe, Piece] = OrderedDict()

    def piece(self, recipe: Recipe) -> Piece:
        """The piece of a recipe, rendered if it is not here."""
        return at_once(self.fetching(recipe))

    def fetching(self, recipe: Recipe) -> Steps[Piece]:
        """`piece` in steps, none if it is here."""
        piece = self._pieces.get(recipe)
        if piece is not None:
            self.hits += 1
            self._pieces.move_to_end(recipe)
            return piece
        self.misses += 1
        piece = yield from baking(recipe)
        # Somebody else may have rendered it in the meantime.
        if recipe not in self._pieces:
            self._keep(recipe, piece)
        return self._pieces[recipe]

    def _keep(self, recipe: Recipe, piece: Piece) -> None:
        self._pieces[recipe] = piece
        self.size_bytes += piece.size_bytes
        while self.size_bytes > self.limit_bytes and len(self._pieces) > 1:
            _, oldest = self._pieces.popitem(last=False)
            self.size_bytes -= oldest.size_bytes


SHARED_CACHE = SoundCache()
"""The cache of every mouth that is not given another."""
