"""`python -m services.trainer` runs the trainer; `python -m services.trainer rebuild` rebuilds its read models."""

from libs.events.command import main
from services.trainer.wiring import rebuilding, wire

if __name__ == "__main__":
    main("trainer", wire, rebuilding)
