"""Users' databases as the gateway keeps them: how they change, and what was found in them."""
