"""`python -m services.query [rebuild [--compare] | retry]`."""

from libs.events.command import main
from services.query.wiring import prepare, wire

if __name__ == "__main__":
    main("query", wire, prepare)
