"""The appointment desk of a dental clinic, on the telephone, well behaved under load and failure.

Read `call.py` first (turn-taking), then `agent.py` (one turn). `front.py` is what all calls share.
"""
