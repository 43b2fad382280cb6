"""What goes wrong in voice agents, each as one change of the reference agent.

`overload.py`: more callers than the agent can serve. `failure.py`: a provider is in trouble.
`recovery.py`: it is well again. `ending.py`: the caller interrupts or hangs up.
"""
