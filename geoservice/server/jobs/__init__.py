"""Work in child processes: pools of processes that open releases themselves and run one task after the other."""
