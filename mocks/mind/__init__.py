"""The parts of the scripted mind: what is asked, where in the script that is, what to do there."""
