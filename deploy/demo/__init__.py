"""The demonstration: the whole loop on real flights, through the public HTTP API."""
