"""Tool servers: the business systems that an agent calls."""
