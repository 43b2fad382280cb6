"""One command, one file: `arguments(parser)` and `run(args) -> exit code`."""
