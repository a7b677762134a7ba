"""The objects that all parts of the phones share."""

from dataclasses import dataclass

from local.faults.plan import FaultPlan
from local.phones.accounts import ProviderSecrets
from local.phones.ports import Clock
from local.phones.postman import Postman
from local.phones.store import Store


@dataclass(frozen=True)
class PhonesContext:
    """The shared objects, made once by `create_app`. `desk_url` has no slash at its end."""

    store: Store
    fault_plan: FaultPlan
    clock: Clock
    postman: Postman
    secrets: ProviderSecrets
    desk_url: str
