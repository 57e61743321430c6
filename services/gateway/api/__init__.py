"""The REST API: requests become commands, outcomes become status codes."""
