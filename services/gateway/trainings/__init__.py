"""Trainings as the gateway sees them: what may be asked of one, how it stands, and following it live."""
