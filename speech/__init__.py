"""Text to sound and back: call audio that carries its own transcript. Pure numpy."""
