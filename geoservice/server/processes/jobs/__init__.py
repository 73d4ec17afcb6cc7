"""Jobs: executions that take long. They wait in a queue that all workers of a service share."""
