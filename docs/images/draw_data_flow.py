"""Draw docs/images/data_flow.svg: `python docs/images/draw_data_flow.py`."""

from __future__ import annotations

from pathlib import Path

BOXES = {
    "microphone": (20, 40, 130, "microphone"),
    "segmenter": (180, 40, 130, "segmenter"),
    "recognizer": (340, 40, 130, "recognizer"),
    "language": (500, 40, 150, "language:\nwords to steps"),
    "typed": (340, 108, 130, "typed text"),
    "session": (690, 40, 150, "session: propose,\nconfirm, act"),
    "camera": (20, 230, 130, "cameras"),
    "policy": (340, 230, 150, "VLA policy:\ngrounding, actions"),
    "guard": (540, 230, 130, "guard"),
    "servo": (700, 230, 130, "50 Hz servo"),
    "arm": (860, 230, 110, "arm or\nsimulated arm"),
    "speaker": (880, 40, 90, "speaker"),
    "stop": (540, 330, 130, "STOP (latched)"),
    "window": (340, 330, 150, "window, Space key,\nspoken stop"),
}
ARROWS = (
    ("microphone", "segmenter"),
    ("segmenter", "recognizer"),
    ("recognizer", "language"),
    ("typed", "language"),
    ("language", "session"),
    ("session", "speaker"),
    ("camera", "policy"),
    ("session", "policy"),
    ("policy", "guard"),
    ("guard", "servo"),
    ("servo", "arm"),
    ("window", "stop"),
    ("stop", "servo"),
)
PROCESSES = (
    (8, 18, 980, 160, "app process (window and worker threads, never imports torch)", "#eef4ff"),
    (328, 205, 175, 95, "model process (torch)", "#fff4e5"),
    (520, 205, 468, 95, "motion process (the only holder of the arm)", "#eaf7ee"),
)
HEIGHT = 54


def box(x: int, y: int, width: int, text: str, colour: str) -> str:
    lines = text.split("\n")
    top = y + HEIGHT / 2 + 5 - 8 * (len(lines) - 1)
    words = "".join(
        f'<text x="{x + width / 2}" y="{top + 17 * i}" text-anchor="middle">{line}</text>'
        for i, line in enumerate(lines)
    )
    return f'<rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" rx="8" fill="{colour}" stroke="#345"/>{words}'


def arrow(start: str, end: str) -> str:
    x1, y1, w1, _ = BOXES[start]
    x2, y2, w2, _ = BOXES[end]
    if y1 == y2:
        points = (x1 + w1, y1 + HEIGHT / 2, x2, y2 + HEIGHT / 2)
    elif y1 < y2:
        points = (x1 + w1 / 2, y1 + HEIGHT, x2 + w2 / 2, y2)
    else:
        points = (x1 + w1, y1 + HEIGHT / 2, x2 + w2 / 2, y2 + HEIGHT)
    a, b, c, d = points
    return f'<line x1="{a}" y1="{b}" x2="{c}" y2="{d}" stroke="#345" stroke-width="1.6" marker-end="url(#tip)"/>'


def drawing() -> str:
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 400" font-family="sans-serif" font-size="14">',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="#345"/></marker></defs>',
        '<rect width="1000" height="400" fill="white"/>',
    ]
    for x, y, width, height, title, colour in PROCESSES:
        parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="12" fill="{colour}"/>')
        title_y = y + height - 8 if height > 100 else y + 15
        parts.append(f'<text x="{x + 10}" y="{title_y}" font-size="11" fill="#345">{title}</text>')
    parts += [arrow(start, end) for start, end in ARROWS]
    for name, (x, y, width, text) in BOXES.items():
        parts.append(box(x, y, width, text, "#ffd9d6" if name == "stop" else "white"))
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    Path(__file__).with_name("data_flow.svg").write_text(drawing(), encoding="utf-8")
