"""Load shapes: one file each, from a phase to the moments at which calls are due."""
