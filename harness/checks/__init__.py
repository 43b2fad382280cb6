"""One check, one file: history in, finding out."""
