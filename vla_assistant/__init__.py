"""Talk to a robot arm: speech in, a vision-language-action policy in between, guarded motion out."""

import os as _os

__version__ = "0.1.0"
# Spinning threads of numpy starve the process of the arm on small machines; our matrices are too small for them.
_os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
