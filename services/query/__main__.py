"""`python -m services.query [rebuild [--compare] | retry | evaluate ...]`."""

from libs.events.command import Command, main
from services.query.evaluation import command as evaluation
from services.query.wiring import evaluate, prepare, wire

if __name__ == "__main__":
    main("query", wire, prepare, {"evaluate": Command(evaluate, evaluation.describe)})
