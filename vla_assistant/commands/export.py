"""`vla-assistant export`: the compact policy as an ONNX file, for ONNX Runtime here or elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vla_assistant.commands.options import ConfigFile, Sets, settings_of


def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; a file there is replaced.")],
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of these weights instead of those of the settings.")
    ] = None,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Write the compact policy as an ONNX file that gives the same answers.

    Beside the weights and named like them, it is what `policies.compact.engine = "onnx"` runs.

    Example: vla-assistant export --out compact.onnx
    """
    settings = settings_of(config_file, sets)
    from vla_assistant.networks.exported import export_weights
    from vla_assistant.policies.compact import Config, weights_file

    chosen = settings.backend("policies", "compact")
    assert isinstance(chosen, Config)
    export_weights(weights or weights_file(chosen), out)
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB.")
