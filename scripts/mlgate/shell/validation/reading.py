"""The strict reading of a file's structure, beside the engine's scan: the engine needs the interpreter for nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.data.structure import Structure


class Reading:
    """A structure that is being read by a thread of its own. Mutable: it becomes known."""

    def __init__(self, read: Callable[[], Structure | None]) -> None:
        self._read = read
        self._found: Structure | None = None
        self._error: BaseException | None = None
        self._stop: Callable[[], None] | None = None
        self._is_done = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found = self._read()
        except BaseException as error:  # noqa: BLE001 - raised again where the structure is asked for
            self._error = error
        with self._lock:
            self._is_done = True
            self._stop_if_faulty()

    def _stop_if_faulty(self) -> None:
        is_faulty = self._error is not None or (self._found is not None and self._found.faults)
        if self._is_done and is_faulty and self._stop is not None:
            self._stop()

    def when_faulty(self, stop: Callable[[], None]) -> None:
        """Call `stop` as soon as a fault is known: whatever goes on beside this reading is in vain."""
        with self._lock:
            self._stop = stop
            self._stop_if_faulty()

    def result(self) -> Structure | None:
        """Wait for the structure; None where a file has none.

        Raises:
            BaseException: What stopped the reading.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found
