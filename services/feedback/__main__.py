"""`python -m services.feedback [rebuild]`."""

from libs.events.rebuild_command import main
from services.feedback.wiring import prepare, wire

if __name__ == "__main__":
    main("feedback", wire, prepare)
