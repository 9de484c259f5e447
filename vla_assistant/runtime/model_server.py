"""A process that holds models and serves them over its own stdin and stdout. `runtime.served_models` starts it.

Each kind of back end has a lane with one thread that owns its model: the policy and Whisper share a process, and a long
sentence does not hold up the arm. The process ends when its stdin is closed: the app has closed it, or is gone.
"""

from __future__ import annotations

import importlib
import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

from vla_assistant import registry
from vla_assistant.errors import AssistantError, ProcessError
from vla_assistant.policies.base import forget
from vla_assistant.runtime import framing
from vla_assistant.runtime.child_process import described, take_pipes

log = logging.getLogger(__name__)

LANES = {
    "look": "policies", "plan": "policies", "act": "policies", "judge": "policies", "why_not": "policies",
    "forget": "policies",
    "transcribe": "recognizers", "partial": "recognizers", "wake": "recognizers",
}  # fmt: skip
"""Call -> the lane, named like the kind of back end that serves it."""

Send = Callable[[dict[str, Any]], None]


class Lane:
    """One model and the thread that owns it."""

    def __init__(self, kind: str, name: str, config: dict[str, Any], send: Send) -> None:
        self._kind, self._name, self._config, self._send = kind, name, config, send
        self._requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
        threading.Thread(target=self._serve, name=f"lane-{kind}", daemon=True).start()

    def put(self, request: dict[str, Any]) -> None:
        """Let the lane's thread answer the request."""
        self._requests.put(request)

    def _serve(self) -> None:
        model = self._load()
        while True:
            request = self._requests.get()
            try:
                if isinstance(model, AssistantError):
                    raise model
                answer = {"value": _called(model, request["call"])(*request["args"])}
            except AssistantError as error:
                answer = {"error": described(error)}
            except Exception as error:
                log.exception("call %s", request["call"])
                answer = {"error": described(_unexpected(error))}
            self._send({"id": request["id"]} | answer)

    def _load(self) -> Any:
        try:
            backend = registry.backend(self._kind, self._name)
            self._tell("loading", "Reading the libraries.", 0.2)
            for package in () if backend.missing else backend.module.REQUIRES:
                importlib.import_module(package)
            config = backend.config_class.model_validate(self._config)
            for detail, share in getattr(backend.module, "prepare", lambda config: ())(config):
                self._tell("loading", detail, share)
            self._tell("loading", "Reading the weights.", 0.6)
            model = backend.create(config)
        except AssistantError as error:
            failure: AssistantError = error
        except Exception as error:
            log.exception("loading %s %s", self._kind, self._name)
            failure = _unexpected(error)
        else:
            self._tell("ready", f"{self._name} is loaded.", 1.0)
            return model
        self._tell("failed", str(failure), None, described(failure))
        return failure

    def _tell(self, state: str, detail: str, progress: float | None, error: tuple[str, ...] = ()) -> None:
        self._send({"kind": self._kind, "state": state, "detail": detail, "progress": progress, "error": error})


def _called(model: Any, call: str) -> Callable[..., Any]:
    """What serves the call; a policy that does not say what it has learnt can be asked for anything."""
    if call == "why_not":
        learnt = getattr(model, "learnt", None)
        method: Callable[..., Any] = (lambda _: "") if learnt is None else learnt.why_not
    elif call == "forget":
        method = partial(forget, model)
    else:
        method = getattr(model, call)
    return method


def _unexpected(error: Exception) -> ProcessError:
    return ProcessError(f"The model failed ({type(error).__name__}: {error}).", "Details are in the log model.log.")


def main() -> None:
    """Serve until stdin ends."""
    requests, answers = take_pipes()
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        with lock:
            framing.send(answers, message)

    lanes: dict[str, Lane] = {}
    while (request := framing.receive(requests)) is not None:
        if request["call"] == "load":
            kind, name, config = request["args"]
            lanes[kind] = Lane(kind, name, config, send)
        else:
            lanes[LANES[request["call"]]].put(request)
    os._exit(0)  # the app is gone: no thread of a library may keep the process


if __name__ == "__main__":
    main()
