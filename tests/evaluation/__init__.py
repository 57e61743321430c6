"""How right the answers are: a folder of databases and questions, taught and asked through the public HTTP API."""
