"""A model is there when the settings name one, as they name it; there is no other."""

import pytest

from libs.runtime.settings import SettingsWrong, load_settings
from services.query.wiring import _model

NEEDED = {"POSTGRES_URL": "postgresql://localhost/x", "KAFKA_BOOTSTRAP": "localhost:9092"}
NAMED = {"MODEL_BASE_URL": "https://models.example/v1", "MODEL_NAME": "small"}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "NAME", "KEY", "TEMPERATURE", "SECONDS", "ANSWER_TOKENS", "WINDOW_TOKENS"):
        monkeypatch.delenv(f"ESPALIER_MODEL_{name}", raising=False)
    _set(monkeypatch, NEEDED)


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"ESPALIER_{name}", value)


@pytest.mark.parametrize("settings", [{}, {"MODEL_BASE_URL": "", "MODEL_NAME": ""}])
def test_without_settings_there_is_no_model(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, settings)
    assert _model(load_settings()) is None


async def test_a_model_is_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"KEY": "k", "TEMPERATURE": "0.5", "SECONDS": "7", "ANSWER_TOKENS": "300", "WINDOW_TOKENS": "2048"}
    _set(monkeypatch, NAMED | {f"MODEL_{name}": value for name, value in told.items()})
    model = _model(load_settings())
    assert model is not None
    assert (model.base_url, model.name, model.key) == ("https://models.example/v1", "small", "k")
    assert (model.temperature, model.seconds, model.answer_tokens, model.prompt_tokens) == (0.5, 7, 300, 1748)
    await model.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"MODEL_BASE_URL": NAMED["MODEL_BASE_URL"]},
        {"MODEL_NAME": "small"},
        NAMED | {"MODEL_BASE_URL": "models.example"},
        NAMED | {"MODEL_TEMPERATURE": "3"},
        NAMED | {"MODEL_SECONDS": "0"},
        NAMED | {"MODEL_WINDOW_TOKENS": "1024"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_the_start(
    wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, wrong)
    with pytest.raises(SettingsWrong, match="ESPALIER_MODEL_"):
        load_settings()
