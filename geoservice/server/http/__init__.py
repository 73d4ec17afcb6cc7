"""The HTTP server: what a connection may do, ready answers given as soon as they are asked for, several workers."""
