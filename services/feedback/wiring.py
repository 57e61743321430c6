"""The one place where the feedback service is put together."""

from contextlib import AsyncExitStack

from libs.datasources.open import Connections
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.runtime.entry import Wired
from libs.runtime.settings import Settings
from services.feedback.reviews.checks import Checks
from services.feedback.reviews.handlers import HANDLERS
from services.feedback.reviews.review import Reviewer
from services.feedback.schemas import SCHEMAS

_REVIEWS_AT_ONCE = 4


async def wire(settings: Settings, stack: AsyncExitStack) -> Wired:
    """Connect everything; all is closed with `stack`."""
    service = await EventService.connect("feedback", settings, stack, SCHEMAS)
    rebuild = service.rebuild(HANDLERS)
    await service.bring_up_to_date(rebuild)
    connections = Connections.configured(settings)
    stack.push_async_callback(connections.close)
    reviewer = Reviewer(service.pool, Checks(service.pool, connections))
    worker = service.worker("review", reviewer.review, _REVIEWS_AT_ONCE, reviewer.give_up)
    return Wired({**service.tasks(rebuild), "reviews": worker.run_forever}, service.checks())


async def prepare(settings: Settings, stack: AsyncExitStack) -> Rebuild:
    """A rebuild of this service's read models."""
    return (await EventService.connect("feedback", settings, stack, SCHEMAS)).rebuild(HANDLERS)
