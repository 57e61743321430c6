"""What every service process needs: settings, clock, logs, telemetry, health, entry."""
