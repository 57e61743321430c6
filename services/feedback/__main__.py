"""`python -m services.feedback [rebuild [--compare] | retry]`."""

from libs.events.command import main
from services.feedback.wiring import prepare, wire

if __name__ == "__main__":
    main("feedback", wire, prepare)
