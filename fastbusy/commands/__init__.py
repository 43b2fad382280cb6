"""One command, one file: HELP, `arguments(parser)` and `run(args) -> exit code`."""
