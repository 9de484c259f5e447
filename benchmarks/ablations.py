"""What each part of the recipe brings: the same short training from nothing without it, on the same scenes.

Run: python benchmarks/ablations.py [--out FOLDER] [--demonstrations N] [--corrections N] [--steps N] [--episodes N]
Hours; goes on where it was stopped, with the same options. Every training has as many assignments and as many steps:
`full` demonstrations and corrections (DAgger); `no_grounding` the same without the loss of the grounding maps;
`no_dagger` more demonstrations instead of corrections; `no_randomisation` recorded with one camera, light and table.
While corrections are recorded, the policy of `no_dagger` drives. `no-language` has the weights of `full` and is not
told which things are meant. Prints one JSON line for each split and policy.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from report import machine

from vla_assistant import paths

DEMONSTRATIONS, MORE, CORRECTIONS = 1_000_000, 1_500_000, 2_000_000
"""Seeds from which the recordings of a run begin."""


class Ablations:
    """The stages; each leaves what it made in the folder and is skipped when that is there."""

    def __init__(self, out: Path, demonstrations: int, corrections: int, steps: int, batch: int) -> None:
        self._out, self._steps, self._batch = out, steps, batch
        self._demonstrations, self._corrections = demonstrations, corrections
        self._options = {"demonstrations": demonstrations, "corrections": corrections, "steps": steps, "batch": batch}

    def train_all(self) -> dict[str, Path]:
        """The weights of each training, by its name."""
        self._require_same("options.json", json.dumps(self._options))
        self._record("changing", self._demonstrations, DEMONSTRATIONS)
        self._record("plain", self._demonstrations, DEMONSTRATIONS, "--plain")
        self._record(self._copy("changing", "only_shown"), self._corrections, MORE)
        weights = {"no_dagger": self._train("no_dagger", "only_shown")}
        drives = ("--policy", str(weights["no_dagger"]))
        self._record(self._copy("changing", "corrected"), self._corrections, CORRECTIONS, *drives)
        self._record(self._copy("plain", "plain_corrected"), self._corrections, CORRECTIONS, *drives, "--plain")
        weights["full"] = self._train("full", "corrected")
        weights["no_grounding"] = self._train("no_grounding", "corrected", grounding=0.0)
        weights["no_randomisation"] = self._train("no_randomisation", "plain_corrected")
        return weights

    def evaluate(self, weights: dict[str, Path], splits: str, episodes: int, seed: int) -> list[dict[str, object]]:
        """One object for each split and training, that without language among them."""
        policies = [arg for file in weights.values() for arg in ("--policy", str(file))]
        without = ["--policy", f"no-language:{weights['full']}"]
        options = ["--split", splits, "--episodes", str(episodes), "--seed", str(seed), "--beside", "0", "--no-videos"]
        out = ["--instructions", "steps", "--out", str(self._out / "evaluation"), "--json"]
        said = _program("evaluate", *policies, *without, *options, *out)
        return [json.loads(line) for line in said.splitlines() if line.startswith("{")]

    def _record(self, name: str, assignments: int, seed: int, *options: str) -> None:
        begun = ("--episodes", str(assignments), "--seed", str(seed), "--out", str(self._out / "data" / name))
        _program("generate", *begun, *options)

    def _require_same(self, name: str, text: str) -> Path:
        """The file of this name, which says what the folder was made with; it ends the program when that was another.

        Figures of trainings that differ in more than one thing would say nothing.
        """
        path = self._out / name
        if path.exists() and path.read_text("utf-8") != text:
            raise SystemExit(f"{path} says that {self._out} was made with other options: name another --out.")
        path.write_text(text, "utf-8")
        return path

    def _copy(self, source: str, name: str) -> str:
        target = self._out / "data" / name
        if not target.exists():
            part = target.with_name(f"{name}.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(self._out / "data" / source, part, ignore=shutil.ignore_patterns(".cache"))
            part.rename(target)
        return name

    def _train(self, name: str, data: str, **loss: float) -> Path:
        done = self._out / f"{name}.safetensors"
        preset = self._require_same(f"{name}.toml", _preset(self._steps, self._batch, loss))
        if done.exists():
            return done
        folder = self._out / "trained" / name
        _program("train", "--preset", str(preset), "--data", str(self._out / "data" / data), "--out", str(folder))
        shutil.copyfile(folder / "compact.safetensors", done)
        return done


def _preset(steps: int, batch: int, loss: dict[str, float]) -> str:
    """The shipped preset with another length and other weights of the loss, as TOML."""
    table = tomllib.loads((paths.assets() / "presets" / "compact.toml").read_text("utf-8"))
    table |= {"steps": steps, "batch": batch, "threads": 2, "loss": table["loss"] | loss}
    parts = {"": {k: v for k, v in table.items() if not isinstance(v, dict)}}
    parts |= {k: v for k, v in table.items() if isinstance(v, dict)}
    lines = []
    for heading, values in parts.items():
        lines += [f"[{heading}]"] if heading else []
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _program(*arguments: str) -> str:
    """Run one command of the program; what it prints. Its progress goes to our stderr."""
    print("vla-assistant", *arguments, file=sys.stderr, flush=True)
    called = [sys.executable, "-m", "vla_assistant", *arguments]
    return subprocess.run(called, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/ablations"))
    parser.add_argument("--demonstrations", type=int, default=2000)
    parser.add_argument("--corrections", type=int, default=600)
    parser.add_argument("--steps", type=int, default=3500)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--episodes", type=int, default=300)
    parser.add_argument("--splits", default="unseen-seeds,camera,light,texture,swap")
    parser.add_argument("--seed", type=int, default=31)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    runs = Ablations(chosen.out, chosen.demonstrations, chosen.corrections, chosen.steps, chosen.batch)
    for found in runs.evaluate(runs.train_all(), chosen.splits, chosen.episodes, chosen.seed):
        kept = {key: found[key] for key in ("split", "policy", "episodes", "success_rate", "ci95", "false_done_rate")}
        obedience = {"obedience": found["obedience"]} if "obedience" in found else {}
        print(json.dumps({"name": "ablations", "machine": machine(), **kept, **obedience}), flush=True)


if __name__ == "__main__":
    main()
