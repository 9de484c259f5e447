"""How the window looks: two palettes (light and dark, as the system says) and one style sheet filled from them.

Text and controls keep a contrast of at least 4.5 : 1 (WCAG 2.1, level AA); a test computes it for each of `PAIRS`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

from vla_assistant import paths


@dataclass(frozen=True)
class Palette:
    """Colours by role, as #rrggbb."""

    background: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    on_good: str
    warn: str
    bad: str
    stop: str
    stop_hover: str
    on_stop: str


LIGHT = Palette(
    background="#f2f4f7", surface="#ffffff", raised="#e9eef5", border="#d3d9e2", text="#18202c", muted="#55606f",
    accent="#1f5fd0", on_accent="#ffffff", good="#17703f", on_good="#ffffff", warn="#8a5300", bad="#b3161c",
    stop="#c8191f", stop_hover="#a91318", on_stop="#ffffff",
)  # fmt: skip
DARK = Palette(
    background="#11151b", surface="#1a2029", raised="#252d39", border="#323c4a", text="#e8edf4", muted="#a3afbd",
    accent="#7ab0ff", on_accent="#0b1320", good="#57cf94", on_good="#08170f", warn="#f2b85a", bad="#ff8a85",
    stop="#cf2329", stop_hover="#b81b21", on_stop="#ffffff",
)  # fmt: skip

PAIRS = (
    ("text", "background"), ("text", "surface"), ("text", "raised"), ("muted", "background"), ("muted", "surface"),
    ("muted", "raised"), ("on_accent", "accent"), ("on_good", "good"), ("good", "surface"), ("warn", "surface"),
    ("bad", "surface"), ("on_stop", "stop"), ("on_stop", "stop_hover"), ("accent", "surface"), ("accent", "raised"),
)  # fmt: skip
"""(foreground, background) roles that carry text somewhere in the window."""

PICTURE_BACKGROUND = "#0d1117"
"""Behind camera pictures in both palettes."""

_FONTS = ("Inter", "Segoe UI Variable", "Segoe UI", "SF Pro Text", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")

_SHEET = Template("""
QWidget { color: $text; font-size: 13px; }
QWidget#window { background: $background; }
QLabel { background: transparent; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 6px; }
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QLabel[role="title"] { font-size: 12px; font-weight: 600; color: $muted; }
QLabel[role="muted"] { color: $muted; font-size: 12px; }
QLabel[role="brand"] { font-size: 16px; font-weight: 600; }
QLabel[role="strong"] { font-size: 15px; font-weight: 600; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="bad"] { color: $bad; }
QLabel#notice { background: $raised; color: $warn; border-radius: 6px; padding: 6px 10px; }

QLabel[bubble="user"] { background: $accent; color: $on_accent; border-radius: 10px; padding: 7px 11px; }
QLabel[bubble="assistant"] { background: $raised; color: $text; border-radius: 10px; padding: 7px 11px; }
QLabel[bubble="note"] { color: $muted; font-size: 12px; padding: 1px 4px; }
QLabel[bubble="good"] { color: $good; font-size: 12px; padding: 1px 4px; }
QLabel[bubble="warning"] { color: $warn; font-size: 12px; padding: 1px 4px; }
QLabel[bubble="stopped"] { color: $bad; font-size: 12px; font-weight: 600; padding: 1px 4px; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; background: transparent; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 28px; margin: 1px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QSplitter::handle { background: transparent; }

QPushButton, QToolButton, QComboBox, QSpinBox {
  background: $surface; border: 1px solid $border; border-radius: 7px; padding: 5px 10px; min-height: 20px; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { background: $raised; }
QPushButton:pressed, QToolButton:pressed { border-color: $accent; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QSpinBox:focus, QLineEdit:focus { border: 2px solid $accent; }
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled { color: $muted; }
QComboBox::drop-down, QSpinBox::up-button, QSpinBox::down-button { border: none; width: 20px; }
QComboBox::down-arrow, QSpinBox::down-arrow { image: url($icons/chevron-down.svg); width: 12px; height: 12px; }
QSpinBox::up-arrow { image: url($icons/chevron-up.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; selection-background-color: $raised;
  selection-color: $text; }
QLineEdit { background: $surface; border: 1px solid $border; border-radius: 9px; padding: 8px 12px; font-size: 14px;
  selection-background-color: $accent; selection-color: $on_accent; }
QPushButton[kind="chip"] { background: $raised; border: 1px solid transparent; border-radius: 12px;
  padding: 3px 11px; min-height: 18px; font-size: 12px; }
QPushButton[kind="chip"]:hover { border-color: $accent; }
QPushButton[kind="chip"]:focus { border: 1px solid $accent; }
QPushButton[kind="confirm"] { background: $good; color: $on_good; border: none; border-radius: 9px;
  font-size: 15px; font-weight: 600; padding: 11px 18px; }
QPushButton[kind="confirm"]:focus { border: 2px solid $text; }
QPushButton[kind="cancel"] { border-radius: 9px; font-size: 15px; padding: 11px 18px; }
QPushButton[kind="send"] { background: $accent; color: $on_accent; border: none; border-radius: 9px; padding: 9px 16px;
  font-weight: 600; }
QPushButton[kind="talk"]:pressed, QPushButton[kind="talk"][held="true"] { background: $accent; color: $on_accent; }
QPushButton#mute:checked { border-color: $bad; color: $bad; }
QPushButton#stop { background: $stop; color: $on_stop; border: none; border-radius: 14px; font-size: 24px;
  font-weight: 700; letter-spacing: 2px; padding: 6px 20px; }
QPushButton#stop:hover, QPushButton#stop:pressed { background: $stop_hover; }
QPushButton#stop:focus { border: 3px solid $text; }
QPushButton#resume { border-radius: 14px; font-size: 15px; font-weight: 600; padding: 6px 14px; }
QPushButton#resume[latched="true"] { background: $good; color: $on_good; border: none; }

QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[tone="good"]::chunk { background: $good; }
QProgressBar[tone="warn"]::chunk { background: $warn; }
QProgressBar[tone="quiet"]::chunk { background: $border; }

QToolButton[kind="lamp"] { background: transparent; border: none; padding: 2px 8px; color: $muted; font-size: 12px; }
QToolButton[kind="lamp"]:hover { background: $raised; }
QToolButton[kind="lamp"][state="failed"] { color: $bad; }
QToolButton[kind="lamp"][state="warning"] { color: $warn; }
""")


def system_palette() -> Palette:
    """Dark where the system asks for it, else light."""
    hints = QGuiApplication.styleHints()
    return DARK if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply(app: QApplication, palette: Palette) -> None:
    """Dress the whole application in `palette`."""
    app.setStyle("Fusion")
    families = set(QFontDatabase.families())
    font = QFont(next((name for name in _FONTS if name in families), app.font().family()))
    font.setPixelSize(13)
    app.setFont(font)
    app.setPalette(_qt_palette(palette))
    icons = (paths.assets() / "icons").as_posix()
    app.setStyleSheet(_SHEET.substitute(asdict(palette), icons=icons))


def _qt_palette(palette: Palette) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: palette.background,
        QPalette.ColorRole.WindowText: palette.text,
        QPalette.ColorRole.Base: palette.surface,
        QPalette.ColorRole.Text: palette.text,
        QPalette.ColorRole.Button: palette.surface,
        QPalette.ColorRole.ButtonText: palette.text,
        QPalette.ColorRole.Highlight: palette.accent,
        QPalette.ColorRole.HighlightedText: palette.on_accent,
        QPalette.ColorRole.PlaceholderText: palette.muted,
        QPalette.ColorRole.ToolTipBase: palette.raised,
        QPalette.ColorRole.ToolTipText: palette.text,
    }
    result = QPalette()
    for role, colour in roles.items():
        result.setColor(role, QColor(colour))
    return result


def contrast(first: str, second: str) -> float:
    """Contrast of two colours #rrggbb, 1-21.

    Source: WCAG 2.1, "contrast ratio" and "relative luminance".
    """
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
