"""Imports by stewards over the API: one uploaded file at a time, checked and loaded by a command in a process of its own.

The server opens neither project nor register: it starts ``geoservice import`` and passes on the document that this prints.
"""
