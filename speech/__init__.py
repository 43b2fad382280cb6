"""Text to sound and back: call audio that carries its own transcript. Pure numpy."""

import os

# The ear multiplies many small matrices in one thread; more threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
