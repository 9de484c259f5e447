"""Made-up recordings to train on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.recordings import FEATURES, made_up_episode
from tests.train.short_runs import EPISODES
from vla_assistant.data.writer import DatasetWriter


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recordings") / "d"
    DatasetWriter(root, FEATURES).append([made_up_episode(seed) for seed in range(EPISODES)])
    return root
