"""`python -m services.query [rebuild [--compare] | retry | replay ... | evaluate ...]`."""

from libs.events.command import Command, main
from services.query.evaluation import command as evaluation
from services.query.replay import command as replaying
from services.query.wiring import evaluate, prepare, replay, wire

COMMANDS = {
    "replay": Command(replay, replaying.describe),
    "evaluate": Command(evaluate, evaluation.describe),
}

if __name__ == "__main__":
    main("query", wire, prepare, COMMANDS)
