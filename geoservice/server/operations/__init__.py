"""Running it: health, figures, log lines, and a gate that lets in no more than can be answered."""
