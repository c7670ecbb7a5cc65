"""ptrace(2) between guests: each is its own host process, so the two emulators talk to each other.

The tracer's side is `Tracer`, one per process that traces; the tracee's `Link`, one per tracer that
a process has, and `Traced`, one per thread. Nothing here is imported before somebody traces.
"""
