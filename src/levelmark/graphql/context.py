"""The context of one operation: the services, and loaders that batch what it reads."""

from dataclasses import dataclass, field
from typing import Self

from levelmark.domain.naming import Naming
from levelmark.graphql.allowance import Allowance
from levelmark.graphql.loaders import Loaders
from levelmark.services import Services


@dataclass
class Context:
    """What resolvers may reach; loaders live as long as one operation, or one event of a subscription."""

    services: Services
    last_event_id: str | None = None
    allowance: Allowance = field(init=False, default_factory=Allowance)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.services, self.allowance)

    async def naming(self) -> Naming:
        """What things are called, as of one moment for all that the operation reads."""
        return await self.loaders.naming.load("")

    def begin_mutation(self) -> Services:
        """The services; what an earlier mutation of the same operation has loaded is read anew."""
        self.loaders = Loaders(self.services, self.allowance)
        return self.services

    def for_event(self) -> Self:
        """The same context with loaders that have read nothing yet."""
        return type(self)(self.services, self.last_event_id)
