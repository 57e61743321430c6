"""`python -m services.query [rebuild]`."""

from libs.events.rebuild_command import main
from services.query.wiring import prepare, wire

if __name__ == "__main__":
    main("query", wire, prepare)
