"""The language both sides speak: events, actors, time, chance, dialogues, faults.

Imports nothing of ours.
"""
