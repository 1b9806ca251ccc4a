"""Health, readiness, metrics, doctor."""
