"""The composition root, and the only package that imports both sides.

Command line, API, child processes, virtual time.
"""
