"""Draw docs/images/failures.png: of each kind of failure the first film, from the first picture to the last.

    vla-assistant evaluate --split unseen-seeds --episodes 1000 --seed 41 --policy compact --out runs/seen
    python docs/images/draw_failures.py runs/seen unseen-seeds compact

Only episodes whose film was kept can be shown.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import av
import numpy as np
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter

from vla_assistant.evaluate.suite.failures import MEANING, Failure
from vla_assistant.evaluate.suite.film import SIDE
from vla_assistant.evaluate.suite.records import EpisodeRecord
from vla_assistant.evaluate.suite.running import film_in, log_in

HERE = Path(__file__).resolve().parent
SHOWN, GAP, WIDTH_OF_TEXT, FONT_SIZE = 6, 6, 330, 9  # pictures of a film; pixels, points


def failures(out: Path, split: str, policy: str) -> tuple[Counter[str], list[tuple[EpisodeRecord, Path]]]:
    """How often each kind happened, and of each kind, the most frequent first, one failure that was filmed."""
    lines = log_in(out, split, policy).read_text("utf-8").splitlines()
    failed = [r for r in map(EpisodeRecord.model_validate_json, lines[1:]) if not r.success]
    counts = Counter(str(record.failure) for record in failed)
    filmed = [(record, film_in(out, split, policy, record.number)) for record in failed]
    there = [(record, film) for record, film in filmed if film.exists()]
    first = {str(record.failure): (record, film) for record, film in reversed(there)}
    return counts, [first[kind] for kind, _ in counts.most_common() if kind in first]


def pictures(film: Path) -> list[QImage]:
    """The front camera's half of some pictures of a film, evenly spread from the first to the last."""
    with av.open(str(film)) as container:
        frames = [
            np.ascontiguousarray(frame.to_ndarray(format="rgb24")[:, :SIDE]) for frame in container.decode(video=0)
        ]
    chosen = np.linspace(0, len(frames) - 1, SHOWN).round().astype(int)
    return [QImage(frames[i].data, SIDE, SIDE, 3 * SIDE, QImage.Format.Format_RGB888).copy() for i in chosen]


def draw(counts: Counter[str], shown: list[tuple[EpisodeRecord, Path]], file: Path) -> None:
    """One row a kind: what was said and what came of it, then the pictures."""
    height = len(shown) * (SIDE + GAP) + GAP
    sheet = QImage(WIDTH_OF_TEXT + SHOWN * (SIDE + GAP) + GAP, height, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    painter = QPainter(sheet)
    painter.setFont(QFont("DejaVu Sans", FONT_SIZE))
    for row, (record, film) in enumerate(shown):
        top = GAP + row * (SIDE + GAP)
        kind, of_all = Failure(record.failure), sum(counts.values())
        said = f'{kind}: {counts[str(kind)]} of {of_all}\n{MEANING[kind]}\n\n"{record.instruction}"\n{record.reason}'
        wrap = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(GAP, top, WIDTH_OF_TEXT - 2 * GAP, SIDE), wrap, said)
        for column, picture in enumerate(pictures(film)):
            painter.drawImage(WIDTH_OF_TEXT + column * (SIDE + GAP), top, picture)
    painter.end()
    sheet.save(str(file))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder that `vla-assistant evaluate --out` wrote")
    parser.add_argument("split")
    parser.add_argument("policy")
    wanted = parser.parse_args()
    application = QGuiApplication([])
    draw(*failures(wanted.out, wanted.split, wanted.policy), HERE / "failures.png")
