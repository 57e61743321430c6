"""The whole stack on one machine: installed by the Python package installer, started with one command."""
