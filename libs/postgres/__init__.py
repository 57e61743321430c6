"""PostgreSQL of a service: its pool, its schemas, its notifications."""
