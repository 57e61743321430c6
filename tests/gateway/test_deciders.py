"""How data sources, datasets and terms may change, and what a verdict is about: given a state, when asked, then."""

from datetime import UTC, datetime

from libs.events.catalog import BusinessTermChanged, DatasetChanged, DataSourceChanged, DataSourceSettings
from services.gateway.chat.decider import Judged, decide_judged
from services.gateway.datasets import decider as datasets
from services.gateway.datasources import decider as datasources
from services.gateway.trainings.decider import Training

_THEN, _NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
_SETTINGS = DataSourceSettings(kind="postgresql", host="a", password_ciphertext="secret", key_id="k")
_SOURCE = DataSourceChanged(
    datasource_id="s", version=3, name="S", owner_id="o", settings=_SETTINGS, changed_at=_THEN
)  # fmt: skip
_DATASET = DatasetChanged(
    dataset_id="d", version=1, name="D", owner_id="o", datasource_id="s", collection_name="c", changed_at=_THEN
)
_TERM = BusinessTermChanged(dataset_id="d", term_id="t", version=2, terms_version=5, term="T", changed_at=_THEN)


def test_a_changed_data_source_keeps_the_password_that_was_not_given() -> None:
    changed = datasources.decide_change(_SOURCE, None, {"host": "b"}, _NOW, "w")
    assert (changed.version, changed.name, changed.changed_at, changed.who) == (4, "S", _NOW, "w")
    assert (changed.settings.host, changed.settings.password_ciphertext) == ("b", "secret")


def test_a_deleted_data_source_forgets_its_password_and_one_in_use_stays() -> None:
    deleted = datasources.decide_delete(_SOURCE, 0, _NOW, "w")
    assert isinstance(deleted, DataSourceChanged) and deleted.deleted and deleted.version == 4
    assert (deleted.settings.password_ciphertext, deleted.settings.key_id) == (None, None)
    assert datasources.decide_delete(_SOURCE, 2, _NOW, "w") == datasources.InUse(2)


def test_a_changed_dataset_has_the_next_version_and_what_was_given() -> None:
    changed = datasets.decide_change(_DATASET, {"tables": ["flights"]}, _NOW, "w")
    assert (changed.version, changed.tables, changed.name) == (2, ("flights",), "D")


def test_a_dataset_goes_only_when_no_training_is_active() -> None:
    active, ended = Training("t1", "paused"), Training("t1", "completed")
    assert datasets.decide_delete(_DATASET, active, _NOW, "w") == datasets.BeingTrained("t1")
    for training in (ended, None):
        deleted = datasets.decide_delete(_DATASET, training, _NOW, "w")
        assert isinstance(deleted, DatasetChanged) and deleted.deleted and deleted.who == "w"


def test_a_changed_term_counts_its_own_version_and_that_of_all_terms() -> None:
    changed = datasets.decide_term(_TERM, {"synonyms": ["U"]}, 9, _NOW, "w")
    assert (changed.version, changed.terms_version, changed.synonyms, changed.who) == (3, 10, ("U",), "w")


def test_a_verdict_is_about_the_answer_that_was_given_or_about_a_question_and_sql_of_ones_own() -> None:
    answered = Judged("d", "How many?", "SELECT 1", "q")
    assert decide_judged(answered, None, None, None, None) == answered
    assert decide_judged(answered, "x", "other", "SELECT 2", None) == Judged("d", "How many?", "SELECT 2", "q")
    assert decide_judged(None, "d", " How many? ", None, "SELECT 3") == Judged("d", "How many?", None)
    for missing in ((None, "q", "SELECT 1", None), ("d", None, "SELECT 1", None), ("d", "q", None, None)):
        assert decide_judged(None, *missing) is None
