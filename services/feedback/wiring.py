"""The one place where the feedback service is put together."""

from contextlib import AsyncExitStack

from libs.datasources.open import Connections
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.runtime.entry import Wired
from libs.runtime.settings import Settings
from services.feedback.handlers import HANDLERS
from services.feedback.learning.compare import Comparison
from services.feedback.learning.measure import MEASURE, Measurer
from services.feedback.learning.settle import SETTLE, Settler
from services.feedback.reviews.checks import Checks
from services.feedback.reviews.review import REVIEW, Reviewer
from services.feedback.schemas import SCHEMAS

_REVIEWS_AT_ONCE, _MEASURED_AT_ONCE = 4, 4


async def wire(settings: Settings, stack: AsyncExitStack) -> Wired:
    """Connect everything; all is closed with `stack`."""
    service = await EventService.connect("feedback", settings, stack, SCHEMAS)
    rebuild = service.rebuild(HANDLERS)
    await service.bring_up_to_date(rebuild)
    connections = Connections.configured(settings)
    stack.push_async_callback(connections.close)
    checks = Checks(service.pool, connections)
    reviewer, settler = Reviewer(service.pool, checks), Settler(service.pool, checks)
    measurer = Measurer(service.pool, service.listener, Comparison(service.pool, connections))
    tasks = service.tasks(rebuild)
    tasks["reviews"] = service.worker(REVIEW, reviewer.review, _REVIEWS_AT_ONCE, reviewer.give_up).run_forever
    tasks["decisions"] = service.worker(SETTLE, settler.settle, _REVIEWS_AT_ONCE, settler.give_up).run_forever
    tasks["measuring"] = service.worker(MEASURE, measurer.measure, _MEASURED_AT_ONCE, measurer.give_up).run_forever
    return Wired(tasks, service.checks())


async def prepare(settings: Settings, stack: AsyncExitStack) -> Rebuild:
    """A rebuild of this service's read models."""
    return (await EventService.connect("feedback", settings, stack, SCHEMAS)).rebuild(HANDLERS)
