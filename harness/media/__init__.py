"""Twenty milliseconds at a time: sound to and from every call, played, measured and heard."""
