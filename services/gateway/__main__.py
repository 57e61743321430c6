"""`python -m services.gateway [rebuild [--compare] | retry]`."""

from libs.events.command import main
from services.gateway.wiring import prepare, wire

if __name__ == "__main__":
    main("gateway", wire, prepare)
