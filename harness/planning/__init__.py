"""From a scenario to a plan: every call, phase and fault with its due time."""
