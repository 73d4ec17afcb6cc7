"""Operations: health checks, metrics, logs and the concurrency limit."""
