"""The composition root: command line, API, child processes, virtual time. The only package that imports both sides."""
