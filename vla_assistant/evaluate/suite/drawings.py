"""Small drawings for the report as inline SVG: bars with intervals, and stated against true confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from vla_assistant.evaluate.calibration import Bin

ROW, LEFT, WIDTH, RIGHT = 22, 190, 360, 60  # pixels
COLOURS = ("#2b6cb0", "#718096", "#c05621", "#2f855a", "#6b46c1")


@dataclass(frozen=True)
class Bar:
    """One rate 0-1 with its interval; `series` picks the colour."""

    label: str
    rate: float
    low: float
    high: float
    series: int = 0


def bars(rows: Sequence[Bar]) -> str:
    """Horizontal bars, one a row, with a whisker over the interval and the percentage behind."""
    height = ROW * len(rows) + 8
    parts = [_gridline(share, height) for share in (0.0, 0.5, 1.0)]
    for index, bar in enumerate(rows):
        parts.append(_bar(bar, index * ROW + 4))
    return _drawing(LEFT + WIDTH + RIGHT, height, parts)


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Share of right judgements over the confidence that was stated; the area of a point grows with its number."""
    side, total = 220, max(1, sum(part.count for part in bins))
    parts = [f'<rect x="30" y="6" width="{side}" height="{side}" fill="none" stroke="#cbd5e0"/>']
    parts.append(f'<line x1="30" y1="{side + 6}" x2="{side + 30}" y2="6" stroke="#cbd5e0" stroke-dasharray="4"/>')
    for part in bins:
        x, y = 30 + side * part.confidence, 6 + side * (1 - part.right)
        radius = 3 + 9 * (part.count / total) ** 0.5
        hint = f"{part.count} judgements: confidence {part.confidence:.2f}, right {part.right:.2f}"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{COLOURS[0]}" fill-opacity="0.7">'
            f"<title>{hint}</title></circle>"
        )
    parts.append(f'<text x="{30 + side / 2}" y="{side + 24}" text-anchor="middle">stated confidence</text>')
    parts.append(f'<text transform="translate(20 {6 + side / 2}) rotate(-90)" text-anchor="middle">right</text>')
    return _drawing(side + 50, side + 32, parts)


def _bar(bar: Bar, y: int) -> str:
    colour = COLOURS[bar.series % len(COLOURS)]
    middle, low, high = y + ROW / 2 - 2, LEFT + WIDTH * bar.low, LEFT + WIDTH * bar.high
    return (
        f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{WIDTH * bar.rate:.1f}" height="{ROW - 6}" fill="{colour}"'
        ' fill-opacity="0.7"/>'
        f'<line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" stroke="#1a202c" stroke-width="2"/>'
        f'<text x="{LEFT + WIDTH + 6}" y="{middle + 4}">{100 * bar.rate:.1f} %</text>'
    )


def _gridline(share: float, height: int) -> str:
    x = LEFT + WIDTH * share
    return f'<line x1="{x}" y1="0" x2="{x}" y2="{height}" stroke="#e2e8f0"/>'


def _drawing(width: int, height: int, parts: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{"".join(parts)}</svg>'
