"""Load shapes: one file each, from a phase's keys to the moments at which calls are due."""
