"""Wire formats of the caller's side, without I/O."""
