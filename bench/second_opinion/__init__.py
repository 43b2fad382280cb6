"""A second opinion on a verdict, from the recordings alone: by `fastbusy hear` and by energy.

It shares no code with the judge, so that an error of one is not the other's too.
"""
