"""One provider, one file: wire format, actor, routes, real limits and error bodies."""
