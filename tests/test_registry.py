"""What the registry says about a back end that cannot be used, whoever wrote it."""

from types import ModuleType

import pytest

from vla_assistant.errors import DeviceError
from vla_assistant.registry import Backend, BackendConfig


def plugin(requires: tuple[str, ...] = (), raises: Exception | None = None) -> Backend:
    """A camera of somebody else's, whose `require` may fail."""

    def require(config: BackendConfig) -> None:
        if raises is not None:
            raise raises

    module = ModuleType("plugin")
    vars(module).update(REQUIRES=requires, Config=BackendConfig, BACKEND="Plugin", require=require)
    return Backend("cameras", "plugin", module)


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        (plugin(), ""),
        (plugin(raises=DeviceError("There is no camera 7.", "Plug it in.")), "There is no camera 7. Plug it in."),
        (
            plugin(raises=KeyError("port")),
            "The camera back end 'plugin' cannot say whether it works here (KeyError: 'port').",
        ),
        (
            plugin(requires=("no_such_package.part",)),
            "The camera back end 'plugin' needs no_such_package.part, which is not installed.",
        ),
    ],
)
def test_trouble_is_a_sentence_whatever_goes_wrong(backend: Backend, said: str) -> None:
    trouble = backend.trouble(BackendConfig())
    assert trouble.startswith(said)
    assert bool(trouble) == bool(said)
