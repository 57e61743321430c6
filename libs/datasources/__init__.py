"""Users' databases: opened read-only, inspected, sampled, and asked only what passes the gate."""
