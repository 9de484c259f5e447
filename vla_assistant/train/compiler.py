"""Keeps triton out of a process that trains on the CPU.

torch's optimizers import triton when it is installed (openai-whisper brings it). Its LLVM and that of Mesa's software
renderer crash each other in one process: a program that has drawn a simulated picture and then trains would end in a
segmentation fault. Nothing here compiles kernels, so triton is not missed.
"""

from __future__ import annotations

import sys


def import_without_triton() -> None:
    """Import what torch's optimizers import, while triton looks as if it were not installed."""
    if "torch._dynamo" in sys.modules or "triton" in sys.modules:
        return
    sys.modules["triton"] = None  # type: ignore[assignment]
    try:
        import torch._dynamo  # noqa: F401
    finally:
        del sys.modules["triton"]
