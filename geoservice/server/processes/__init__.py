"""OGC API Processes: live questions about the release, answered in child processes."""
