"""Settings of all tests: no example fails for being slow, and signals reach what tests start."""

import signal
import threading

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

if threading.current_thread() is threading.main_thread():
    # A job in a shell's background ignores SIGINT, and so would every process that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # So it is with SIGHUP under `nohup`.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
