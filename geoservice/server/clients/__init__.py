"""Examples for other programs that read this service, filled in with its own addresses and layers."""
