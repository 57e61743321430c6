"""`python -m services.gateway [rebuild]`."""

from libs.events.rebuild_command import main
from services.gateway.wiring import prepare, wire

if __name__ == "__main__":
    main("gateway", wire, prepare)
