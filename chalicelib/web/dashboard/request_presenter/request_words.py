"""Everything that templates say of a request about data, in one object."""

from chalicelib.web.dashboard.request_presenter.clocks import RequestClocks
from chalicelib.web.dashboard.request_presenter.steps import RequestSteps


class RequestWords(RequestClocks, RequestSteps):
    """Says facts, clocks and steps of a request in one language. Templates know it as `say`."""
