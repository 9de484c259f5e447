"""Brings the arm up in the background and tells what becomes of it; who needs it waits, or hears why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.events import Part, PartState

log = logging.getLogger(__name__)


class ArmStart:
    """One start of the arm."""

    def __init__(
        self,
        start: Callable[[], Iterable[tuple[PartState, str]]],
        tell: Callable[[Part, PartState, str, float | None], None],
        name: str,
    ) -> None:
        """Start nothing yet.

        Args:
            start: Blocks until the arm is up or raises; gives what becomes of it, until it is closed.
            tell: Hears the state of the arm.
            name: The arm's back end.
        """
        self._start, self._tell, self._name = start, tell, name
        self._settled = threading.Event()
        self._error: AssistantError | None = None
        self._thread = threading.Thread(target=self._run, name="arm-start", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._tell(Part.ARM, PartState.LOADING, f"The {self._name} arm is starting.", 0.1)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Is the arm up?"""
        return self._settled.is_set() and self._error is None

    def wait(self) -> None:
        """Return when the arm is up.

        Raises:
            AssistantError: nobody started it, it did not come up, or it was closed before.
        """
        if self._thread.ident is None and not self._settled.is_set():
            raise ProcessError("The arm was not started, because nothing was to move.")
        self._settled.wait()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Nobody needs the arm any more: free who waits for it. Comes after the motion process was closed."""
        if not self._settled.is_set():
            self._error = ProcessError("The arm was closed before it was up.")
            self._settled.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        changes: Iterable[tuple[PartState, str]] = ()
        try:
            changes = self._start()
        except AssistantError as error:
            self._error = error
        except Exception as error:  # a bug there must not leave everybody waiting
            log.exception("starting the arm")
            self._error = ProcessError(f"The arm did not start ({type(error).__name__}: {error}).")
        self._settled.set()
        if self._error is None:
            self._tell(Part.ARM, PartState.READY, f"The {self._name} arm is ready.", 1.0)
        else:
            self._tell(Part.ARM, PartState.FAILED, str(self._error), None)
        for state, sentence in changes:
            self._tell(Part.ARM, state, sentence, None)
