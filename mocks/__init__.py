"""Provider servers that are true on the wire and can be slow, limited, exhausted or broken on a timeline."""
