"""Examples for other programs that read this service, with its own URLs and layers."""
