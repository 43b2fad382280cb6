"""Provider servers, true on the wire: slow, limited, exhausted or broken on a timeline."""
