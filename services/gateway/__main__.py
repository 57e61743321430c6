"""`python -m services.gateway [rebuild [--compare] | retry | rotate-keys]`."""

from libs.events.command import Command, main
from services.gateway.wiring import prepare, rotate, wire

if __name__ == "__main__":
    main("gateway", wire, prepare, {"rotate-keys": Command(rotate)})
