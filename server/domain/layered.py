"""A table whose copy costs little, however large it is: a base that is shared and never changes, and what differs.

A turn copies the floor; with thousands of people waiting, copying every entry would be most of its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

_GONE = object()
MOST = 256
"""So many differences are merged into a new base: one long copy in every so many short ones."""


class Layered(MutableMapping[K, V]):
    """A dict but for `copy`, which leaves the two apart; the order of its items means nothing."""

    __slots__ = ("_base", "_over", "_size")

    def __init__(self, items: Mapping[K, V] | None = None) -> None:
        self._base: dict[K, V] = dict(items or {})
        self._over: dict[K, object] = {}
        self._size = len(self._base)

    def copy(self) -> Layered[K, V]:
        made: Layered[K, V] = Layered.__new__(Layered)
        made._base, made._over, made._size = self._base, self._over.copy(), self._size
        if len(self._over) > MOST:  # merged in the copy alone: others may be reading this one at the moment
            made._base, made._over = dict(self.items()), {}
        return made

    def __getitem__(self, key: K) -> V:
        found = self._over.get(key, self)
        if found is self:
            return self._base[key]
        if found is _GONE:
            raise KeyError(key)
        return cast(V, found)

    def __setitem__(self, key: K, value: V) -> None:
        self._size += key not in self
        self._over[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._size -= 1
        if key in self._base:
            self._over[key] = _GONE
        else:
            del self._over[key]

    def __contains__(self, key: object) -> bool:
        found = self._over.get(cast(K, key), self)
        return key in self._base if found is self else found is not _GONE

    def __iter__(self) -> Iterator[K]:
        yield from (key for key in self._base if key not in self._over)
        yield from (key for key, value in self._over.items() if value is not _GONE)

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"Layered({dict(self)!r})"
