"""How a data source may change, decided without clock, database or broker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.events.catalog import DataSourceChanged, DataSourceSettings


@dataclass(frozen=True)
class InUse:
    """The data source cannot go while `datasets` datasets ask it."""

    datasets: int


def decide_change(
    before: DataSourceChanged, name: str | None, settings: dict[str, Any], at: datetime, who: str
) -> DataSourceChanged:
    """The next version, with what is given, or the same one; a kept password goes on with the new settings."""
    changed = DataSourceSettings.model_validate(before.settings.model_dump() | settings)
    if changed == before.settings and (name or before.name) == before.name:
        return before
    return before.model_copy(
        update={
            "version": before.version + 1,
            "name": name or before.name,
            "settings": changed,
            "changed_at": at,
            "who": who,
        }
    )


def decide_delete(before: DataSourceChanged, datasets: int, at: datetime, who: str) -> DataSourceChanged | InUse:
    """The last version, which forgets the password."""
    if datasets:
        return InUse(datasets)
    forgotten = before.settings.model_copy(update={"password_ciphertext": None, "key_id": None})
    return before.model_copy(
        update={"version": before.version + 1, "deleted": True, "settings": forgotten, "changed_at": at, "who": who}
    )
