"""Servers of a test in a thread of their own, for browsers driven without asyncio."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")
PATIENCE_S = 60.0


class Held(Generic[T]):
    """What an async context manager opens, held open on another thread's loop until `close`."""

    def __init__(self, *opening: AbstractAsyncContextManager[Any]) -> None:
        """Every manager is entered in this order; `it` is what the last one gives."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        try:
            for one in opening:
                self.it: T = self.run(self._stack.enter_async_context(one))
        except BaseException:
            self.close()
            raise

    def run(self, work: Coroutine[Any, Any, V]) -> V:
        """Do something where the servers live."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def close(self) -> None:
        """Stop the servers and the thread."""
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
