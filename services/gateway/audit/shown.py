"""Acts as the API shows them."""

from datetime import datetime

from services.gateway.shown import Shown


class AuditedAct(Shown):
    """Who did what, and when."""

    id: str
    at: datetime
    who: str | None
    """An account's id, or `system`; null where old acts do not say it."""
    username: str | None
    """Of that account."""
    action: str
    """A stable word, such as `dataset.created`."""
    action_text: str
    """In the language asked for."""
    subject_id: str
    """The id of what was changed."""
    dataset_id: str | None
    """The dataset that it belongs to, if it belongs to one."""
    about: str
    """The name of what was changed, or the source of a training; empty where there is none."""
