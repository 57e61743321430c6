"""The four stages of a training and the share of its progress that each is."""

from dataclasses import dataclass

from libs.events.catalog import Progress


@dataclass(frozen=True)
class Stage:
    """A stage from `begins` to `ends` percent; `message` is the key of what its owner reads."""

    number: int
    begins: Progress
    ends: Progress
    message: str

    def progress(self, done: int, total: int) -> Progress:
        """The progress once `done` of `total` items of this stage are learned."""
        share = done / total if total else 1.0
        return round(self.begins + (self.ends - self.begins) * min(share, 1.0), 2)


PREPARE = Stage(1, 0, 10, "trainer.connected")
STRUCTURE = Stage(2, 10, 40, "trainer.learned_ddl")
KNOWLEDGE = Stage(3, 40, 80, "trainer.learned_knowledge")
EXAMPLES = Stage(4, 80, 100, "trainer.learned_pairs")
LAST = EXAMPLES
GIVEN = Stage(LAST.number, 0, 100, "trainer.learning_given")
"""The only stage of a training that learns what people gave."""
