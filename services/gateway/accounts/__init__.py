"""Who may use the gateway: accounts, passwords and tokens."""
