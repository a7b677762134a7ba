"""The table of the routes of API and dashboard, and the roles that may use each. tests/web/test_matrix.py tries all."""

from dataclasses import dataclass

from chalicelib.staff.model import ALL_ROLES, Role
from chalicelib.web.http.watch import KINDS

ANYBODY: frozenset[str] = frozenset()
"""No role is demanded: the route answers without a session."""
EVERYBODY: frozenset[str] = frozenset(ALL_ROLES)
"""Anybody who is signed in."""
ADMINISTRATORS: frozenset[str] = frozenset({Role.ADMINISTRATOR})

PRIVACY: frozenset[str] = frozenset({Role.PRIVACY_OFFICER})
SUPERVISORS: frozenset[str] = frozenset({Role.SUPERVISOR})
PAUSERS = PRIVACY | ADMINISTRATORS
"""Roles that may pause destructions. A pause costs only time, and who sees a break-in first should not have to wait."""
OPERATORS: frozenset[str] = frozenset({Role.OPERATOR})
RELEASERS = SUPERVISORS | ADMINISTRATORS
"""Roles that let a mailing go, which another colleague has written, and stop it."""
OF_STAFF = PRIVACY | ADMINISTRATORS
"""Roles that see the staff: who has access, and which text of the undertaking each has signed."""
OF_LISTS: frozenset[str] = frozenset({"tickets", "staff", "requests"})
OF_TICKET: frozenset[str] = frozenset(KINDS)
OF_REQUESTS: frozenset[str] = frozenset({"staff", "requests"})
"""What pages watch while they are open: see watch.py. The counts beside requests may be PERIOD old."""


_ABOUT = {"/tickets/{id}": "ticket", "/contacts/{id}": "contact", "/attachments/{id}": "message"}


@dataclass(frozen=True)
class Route:
    """One route.

    `view` is "module:function" below chalicelib.web and is imported at its first call. `form` demands the session's
    form token, `undertaking` a signed undertaking of confidentiality. `watches` names the kinds of change that a page
    asks for while it is open. `files`: its form may bring files. `opens`: its ticket need not be open to the colleague
    yet.
    """

    method: str
    path: str
    view: str
    roles: frozenset[str]
    form: bool = False
    undertaking: bool = True
    watches: frozenset[str] = frozenset()
    files: bool = False
    opens: bool = False

    @property
    def about(self) -> str:
        """What the `{id}` of the path names: a "ticket", a "contact", a "message", or "" for nothing that is open to
        those alone who need it (http/need_to_know.py)."""
        return next((what for part, what in _ABOUT.items() if part in self.path), "")

    @property
    def api(self) -> bool:
        """Tell whether the route is part of the JSON API."""
        return self.path.startswith("/api/")

    @property
    def public(self) -> bool:
        """Tell whether the route answers without a session."""
        return not self.roles


API: tuple[Route, ...] = (
    Route("GET", "/api/v1/openapi.json", "api.session:describe", ANYBODY),
    Route("POST", "/api/v1/login", "api.session:login", ANYBODY),
    Route("POST", "/api/v1/logout", "api.session:logout", EVERYBODY, undertaking=False),
    Route("GET", "/api/v1/me", "api.session:me", EVERYBODY, undertaking=False),
    Route("GET", "/api/v1/me/authenticator", "api.session:authenticator", EVERYBODY),
    Route("POST", "/api/v1/me/authenticator", "api.session:set_up_authenticator", EVERYBODY),
    Route("POST", "/api/v1/me/authenticator/off", "api.session:switch_off_authenticator", EVERYBODY),
    Route("GET", "/api/v1/me/undertaking", "api.session:undertaking", EVERYBODY, undertaking=False),
    Route("POST", "/api/v1/me/undertaking", "api.session:sign_undertaking", EVERYBODY, undertaking=False),
    Route("GET", "/api/v1/staff", "api.session:list_staff", OF_STAFF),
    Route("POST", "/api/v1/staff/{id}/revoke", "api.session:revoke", ADMINISTRATORS),
    Route("POST", "/api/v1/staff/{id}/restore", "api.session:restore", ADMINISTRATORS),
    Route("POST", "/api/v1/staff/{id}/team", "api.session:set_team", ADMINISTRATORS),
    Route("GET", "/api/v1/tickets", "api.tickets:list_tickets", EVERYBODY),
    Route("GET", "/api/v1/tickets/{id}", "api.tickets:read", EVERYBODY),
    Route("PATCH", "/api/v1/tickets/{id}", "api.tickets:change", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/openings", "api.openings:open_with_reason", OPERATORS, opens=True),
    Route("POST", "/api/v1/tickets/{id}/replies", "api.tickets:reply", EVERYBODY),
    Route("GET", "/api/v1/tickets/{id}/replies/{client_id}", "api.tickets:sent_reply", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/messages/{message}/reaction", "api.changes:react", EVERYBODY),
    Route("PATCH", "/api/v1/tickets/{id}/messages/{message}", "api.changes:edit", EVERYBODY),
    Route("DELETE", "/api/v1/tickets/{id}/messages/{message}", "api.changes:delete", EVERYBODY),
    Route("GET", "/api/v1/statistics", "api.statistics:list_statistics", SUPERVISORS),
    Route("GET", "/api/v1/withheld-replies", "api.withheld:list_withheld", SUPERVISORS),
    Route("POST", "/api/v1/withheld-replies/{id}/decision", "api.withheld:decide_withheld", SUPERVISORS),
    Route("POST", "/api/v1/tickets/{id}/comments", "api.tickets:comment", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/privacy-requests", "api.privacy:recognise", EVERYBODY),
    Route("POST", "/api/v1/attachments", "api.tickets:begin_attachment", EVERYBODY),
    Route("GET", "/api/v1/attachments/{id}", "api.tickets:attachment", EVERYBODY),
    Route("GET", "/api/v1/templates", "api.templates:list_templates", EVERYBODY),
    Route("GET", "/api/v1/contacts/{id}", "api.tickets:contact", EVERYBODY),
    Route("PATCH", "/api/v1/contacts/{id}", "api.tickets:change_contact", EVERYBODY),
    Route("POST", "/api/v1/contacts/{id}/transfer", "api.tickets:enter_transfer", PRIVACY),
    Route("GET", "/api/v1/privacy-requests", "api.privacy:list_requests", PRIVACY),
    Route("POST", "/api/v1/privacy-requests", "api.privacy:open_request", PRIVACY),
    Route("GET", "/api/v1/privacy-requests/{id}", "api.privacy:read", PRIVACY),
    Route("POST", "/api/v1/privacy-requests/{id}/decision", "api.privacy:decide", PRIVACY),
    Route("POST", "/api/v1/privacy-requests/{id}/recipients", "api.privacy:recipient_told", PRIVACY),
    Route("GET", "/api/v1/privacy-hold", "api.privacy:read_pause", PAUSERS),
    Route("POST", "/api/v1/privacy-hold", "api.privacy:set_pause", PAUSERS),
    Route("GET", "/api/v1/retention-reviews", "api.reviews:list_reviews", PRIVACY),
    Route("POST", "/api/v1/retention-reviews", "api.reviews:review", PRIVACY),
    Route("GET", "/api/v1/certificates/{id}", "api.privacy:certificate", PRIVACY),
)

PAGES: tuple[Route, ...] = (
    Route("GET", "/", "dashboard.access.session:home", ANYBODY),
    Route("GET", "/static/{version}", "public.static:named", ANYBODY),
    Route("GET", "/static/{version}/{name}", "public.static:file", ANYBODY),
    Route("GET", "/contact/r/{link}", "public.followed:page", ANYBODY),
    Route("GET", "/contact/r/{link}/files/{message}", "public.followed:file", ANYBODY),
    Route("GET", "/news/confirm/{link}", "public.news_links:confirm_page", ANYBODY),
    Route("POST", "/news/confirm/{link}", "public.news_links:confirm", ANYBODY),
    Route("GET", "/news/end/{token}", "public.news_links:end_page", ANYBODY),
    Route("POST", "/news/end/{token}", "public.news_links:end", ANYBODY, files=True),
    Route("GET", "/dashboard/sign-in", "dashboard.access.session:sign_in_page", ANYBODY),
    Route("POST", "/dashboard/sign-in", "dashboard.access.session:sign_in", ANYBODY),
    Route("POST", "/dashboard/sign-out", "dashboard.access.session:sign_out", EVERYBODY, form=True, undertaking=False),
    Route(
        "POST", "/dashboard/language", "dashboard.access.session:set_language", EVERYBODY, form=True, undertaking=False
    ),
    Route("GET", "/dashboard/undertaking", "dashboard.access.session:undertaking_page", EVERYBODY, undertaking=False),
    Route(
        "POST",
        "/dashboard/undertaking",
        "dashboard.access.session:undertaking",
        EVERYBODY,
        form=True,
        undertaking=False,
    ),
    Route("GET", "/dashboard", "dashboard.queue:queue", EVERYBODY, watches=OF_LISTS),
    Route("POST", "/dashboard/search", "dashboard.search:search", EVERYBODY, form=True),
    Route("GET", "/dashboard/found", "dashboard.search:found", EVERYBODY),
    Route("GET", "/dashboard/keys", "dashboard.queue:keys", EVERYBODY),
    Route("GET", "/dashboard/session", "dashboard.access.session:session", EVERYBODY, undertaking=False),
    Route("GET", "/dashboard/tickets/{id}", "dashboard.ticket:ticket_page", EVERYBODY, watches=OF_TICKET),
    Route(
        "POST", "/dashboard/tickets/{id}/open", "dashboard.access.need_to_know:open", OPERATORS, form=True, opens=True
    ),
    Route("POST", "/dashboard/tickets/{id}/seen", "dashboard.seen:seen", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/typing", "dashboard.seen:typing", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/draft", "dashboard.composer:draft", EVERYBODY, form=True),
    Route("GET", "/dashboard/tickets/{id}/sent/{client_id}", "dashboard.composer:sent", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/reply", "dashboard.composer:reply", EVERYBODY, form=True, files=True),
    Route("GET", "/dashboard/tickets/{id}/templates", "dashboard.templates:page", EVERYBODY, watches=OF_TICKET),
    Route("POST", "/dashboard/tickets/{id}/template", "dashboard.templates:send", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/retry", "dashboard.composer:retry", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/react", "dashboard.change:react", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/edit", "dashboard.change:edit", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/delete", "dashboard.change:delete", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/comment", "dashboard.composer:comment", EVERYBODY, form=True),
    Route("GET", "/dashboard/tickets/{id}/files/{message}", "dashboard.files:show", EVERYBODY),
    Route("GET", "/dashboard/tickets/{id}/files/{message}/saved", "dashboard.files:save", EVERYBODY),
    Route("GET", "/dashboard/tickets/{id}/uploads", "dashboard.files:waiting_uploads", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/uploads", "dashboard.files:begin_upload", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/uploads/remove", "dashboard.files:remove_upload", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/fetch", "dashboard.files:fetch_again", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/change", "dashboard.change:change", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/contact", "dashboard.change:contact", EVERYBODY, form=True),
    Route("GET", "/dashboard/tickets/{id}/request", "dashboard.recognised:recognise_page", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/request", "dashboard.recognised:open_request", EVERYBODY, form=True),
    Route("GET", "/dashboard/account", "dashboard.access.account:account", EVERYBODY),
    Route("POST", "/dashboard/account/authenticator", "dashboard.access.account:set_up", EVERYBODY, form=True),
    Route("POST", "/dashboard/account/authenticator/off", "dashboard.access.account:switch_off", EVERYBODY, form=True),
    Route("GET", "/dashboard/staff", "dashboard.access.staff:staff", OF_STAFF),
    Route("POST", "/dashboard/staff/{id}/revoke", "dashboard.access.staff:revoke", ADMINISTRATORS, form=True),
    Route("POST", "/dashboard/staff/{id}/restore", "dashboard.access.staff:restore", ADMINISTRATORS, form=True),
    Route("POST", "/dashboard/staff/{id}/team", "dashboard.access.staff:set_team", ADMINISTRATORS, form=True),
    Route("GET", "/dashboard/statistics", "dashboard.statistics:page", SUPERVISORS),
    Route("GET", "/dashboard/withheld", "dashboard.withheld:page", SUPERVISORS, watches=OF_LISTS),
    Route("POST", "/dashboard/withheld", "dashboard.withheld:decide_all", SUPERVISORS, form=True),
    Route("GET", "/dashboard/contacts/{id}", "dashboard.news.contact:page", EVERYBODY, watches=OF_LISTS),
    Route("POST", "/dashboard/contacts/{id}/mailings", "dashboard.news.contact:enter", PRIVACY, form=True),
    Route("POST", "/dashboard/contacts/{id}/mailings/end", "dashboard.news.contact:end", EVERYBODY, form=True),
    Route("GET", "/dashboard/mailings", "dashboard.news.mailings:list_page", EVERYBODY),
    Route("POST", "/dashboard/mailings", "dashboard.news.mailings:begin", EVERYBODY, form=True),
    Route("GET", "/dashboard/mailings/{id}", "dashboard.news.mailings:page", EVERYBODY),
    Route("POST", "/dashboard/mailings/{id}/change", "dashboard.news.mailings:change", EVERYBODY, form=True),
    Route("POST", "/dashboard/mailings/{id}/test", "dashboard.news.mailings:try_out", EVERYBODY, form=True),
    Route("POST", "/dashboard/mailings/{id}/release", "dashboard.news.mailings:release", RELEASERS, form=True),
    Route("POST", "/dashboard/mailings/{id}/stop", "dashboard.news.mailings:stop", RELEASERS, form=True),
    Route("GET", "/dashboard/privacy", "dashboard.privacy:request_list_page", PRIVACY, watches=OF_REQUESTS),
    Route("GET", "/dashboard/privacy/new", "dashboard.privacy:entry_page", PRIVACY),
    Route("POST", "/dashboard/privacy/new", "dashboard.privacy:enter", PRIVACY, form=True),
    Route("POST", "/dashboard/privacy/transfer", "dashboard.privacy:enter_transfer", PRIVACY, form=True),
    Route("GET", "/dashboard/privacy/hold", "dashboard.erasure_pause:pause_page", PAUSERS),
    Route("POST", "/dashboard/privacy/hold", "dashboard.erasure_pause:set_pause", PAUSERS, form=True),
    Route("POST", "/dashboard/privacy/review", "dashboard.reviews:renew", PRIVACY, form=True),
    Route("GET", "/dashboard/privacy/{id}", "dashboard.privacy:request_page", PRIVACY, watches=OF_REQUESTS),
    Route("GET", "/dashboard/privacy/{id}/kept", "dashboard.kept:kept_page", PRIVACY),
    Route("GET", "/dashboard/privacy/{id}/letter", "dashboard.telling:letter_page", PRIVACY),
    Route("POST", "/dashboard/privacy/{id}/announcement", "dashboard.telling:announce_again", PRIVACY, form=True),
    Route("POST", "/dashboard/privacy/{id}/recipients", "dashboard.telling:recipient_told", PRIVACY, form=True),
    Route("POST", "/dashboard/privacy/{id}/decision", "dashboard.privacy:decide", PRIVACY, form=True),
)
