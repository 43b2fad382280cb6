"""One fault kind, one file; its fields are its YAML."""
