"""The routes of the desk: one table says what exists and who may use it. tests/web/test_matrix.py walks over it."""

from dataclasses import dataclass

from chalicelib.domain.staff import ALL_ROLES, Role

ANYBODY: frozenset[str] = frozenset()
"""Also who is signed out."""
EVERYBODY: frozenset[str] = frozenset(ALL_ROLES)
ADMINISTRATORS: frozenset[str] = frozenset({Role.ADMINISTRATOR})

PRIVACY: frozenset[str] = frozenset({Role.PRIVACY_OFFICER})
HOLDERS = PRIVACY | ADMINISTRATORS
"""Who may hold destructions: it loses nothing but time, and whoever sees a break-in first should not wait."""


@dataclass(frozen=True)
class Route:
    """One route. `view` is "module:function" below chalicelib.web, imported at its first call; `form` demands the
    session's form token; `undertaking` demands that it is signed."""

    method: str
    path: str
    view: str
    roles: frozenset[str]
    form: bool = False
    undertaking: bool = True

    @property
    def api(self) -> bool:
        """Whether it is part of the JSON API."""
        return self.path.startswith("/api/")

    @property
    def public(self) -> bool:
        """Whether it answers without a session."""
        return not self.roles


API: tuple[Route, ...] = (
    Route("GET", "/api/v1/openapi.json", "api_session:describe", ANYBODY),
    Route("POST", "/api/v1/login", "api_session:login", ANYBODY),
    Route("POST", "/api/v1/logout", "api_session:logout", EVERYBODY, undertaking=False),
    Route("GET", "/api/v1/me", "api_session:me", EVERYBODY, undertaking=False),
    Route("GET", "/api/v1/me/authenticator", "api_session:authenticator", EVERYBODY),
    Route("POST", "/api/v1/me/authenticator", "api_session:set_up_authenticator", EVERYBODY),
    Route("POST", "/api/v1/me/authenticator/off", "api_session:switch_off_authenticator", EVERYBODY),
    Route("POST", "/api/v1/staff/{id}/revoke", "api_session:revoke", ADMINISTRATORS),
    Route("POST", "/api/v1/staff/{id}/restore", "api_session:restore", ADMINISTRATORS),
    Route("GET", "/api/v1/tickets", "api_tickets:list_tickets", EVERYBODY),
    Route("GET", "/api/v1/tickets/{id}", "api_tickets:read", EVERYBODY),
    Route("PATCH", "/api/v1/tickets/{id}", "api_tickets:change", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/replies", "api_tickets:reply", EVERYBODY),
    Route("GET", "/api/v1/tickets/{id}/replies/{client_id}", "api_tickets:sent_reply", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/comments", "api_tickets:comment", EVERYBODY),
    Route("POST", "/api/v1/tickets/{id}/privacy-requests", "api_recognised:open_request", EVERYBODY),
    Route("GET", "/api/v1/contacts/{id}", "api_tickets:contact", EVERYBODY),
    Route("GET", "/api/v1/privacy-requests", "api_privacy:list_requests", PRIVACY),
    Route("POST", "/api/v1/privacy-requests", "api_privacy:open_request", PRIVACY),
    Route("GET", "/api/v1/privacy-requests/{id}", "api_privacy:read", PRIVACY),
    Route("POST", "/api/v1/privacy-requests/{id}/decision", "api_privacy:decide", PRIVACY),
    Route("GET", "/api/v1/privacy-hold", "api_privacy:read_hold", HOLDERS),
    Route("POST", "/api/v1/privacy-hold", "api_privacy:set_hold", HOLDERS),
    Route("GET", "/api/v1/certificates/{id}", "api_privacy:certificate", PRIVACY),
)

PAGES: tuple[Route, ...] = (
    Route("GET", "/", "pages_session:home", ANYBODY),
    Route("GET", "/static/{version}", "static:named", ANYBODY),
    Route("GET", "/static/{version}/{name}", "static:file", ANYBODY),
    Route("GET", "/dashboard/sign-in", "pages_session:sign_in_page", ANYBODY),
    Route("POST", "/dashboard/sign-in", "pages_session:sign_in", ANYBODY),
    Route("POST", "/dashboard/sign-out", "pages_session:sign_out", EVERYBODY, form=True, undertaking=False),
    Route("POST", "/dashboard/language", "pages_session:set_language", EVERYBODY, form=True, undertaking=False),
    Route("GET", "/dashboard/undertaking", "pages_session:undertaking_page", EVERYBODY, undertaking=False),
    Route("POST", "/dashboard/undertaking", "pages_session:undertaking", EVERYBODY, form=True, undertaking=False),
    Route("GET", "/dashboard", "pages_queue:queue", EVERYBODY),
    Route("POST", "/dashboard/search", "pages_search:search", EVERYBODY, form=True),
    Route("GET", "/dashboard/found", "pages_search:found", EVERYBODY),
    Route("GET", "/dashboard/keys", "pages_queue:keys", EVERYBODY),
    Route("GET", "/dashboard/session", "pages_session:session", EVERYBODY, undertaking=False),
    Route("GET", "/dashboard/tickets/{id}", "pages_ticket:show", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/seen", "pages_seen:seen", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/draft", "pages_composer:draft", EVERYBODY, form=True),
    Route("GET", "/dashboard/tickets/{id}/sent/{client_id}", "pages_composer:sent", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/reply", "pages_composer:reply", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/retry", "pages_ticket:retry", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/comment", "pages_composer:comment", EVERYBODY, form=True),
    Route("POST", "/dashboard/tickets/{id}/change", "pages_change:change", EVERYBODY, form=True),
    Route("GET", "/dashboard/tickets/{id}/request", "pages_recognised:show", EVERYBODY),
    Route("POST", "/dashboard/tickets/{id}/request", "pages_recognised:open_request", EVERYBODY, form=True),
    Route("GET", "/dashboard/account", "pages_account:account", EVERYBODY),
    Route("POST", "/dashboard/account/authenticator", "pages_account:set_up", EVERYBODY, form=True),
    Route("POST", "/dashboard/account/authenticator/off", "pages_account:switch_off", EVERYBODY, form=True),
    Route("GET", "/dashboard/staff", "pages_staff:staff", ADMINISTRATORS),
    Route("POST", "/dashboard/staff/{id}/revoke", "pages_staff:revoke", ADMINISTRATORS, form=True),
    Route("POST", "/dashboard/staff/{id}/restore", "pages_staff:restore", ADMINISTRATORS, form=True),
    Route("GET", "/dashboard/privacy", "pages_privacy:requests", PRIVACY),
    Route("GET", "/dashboard/privacy/new", "pages_privacy:new", PRIVACY),
    Route("POST", "/dashboard/privacy/new", "pages_privacy:enter", PRIVACY, form=True),
    Route("GET", "/dashboard/privacy/hold", "pages_hold:hold", HOLDERS),
    Route("POST", "/dashboard/privacy/hold", "pages_hold:set_hold", HOLDERS, form=True),
    Route("GET", "/dashboard/privacy/{id}", "pages_privacy:case", PRIVACY),
    Route("GET", "/dashboard/privacy/{id}/letter", "pages_telling:printed", PRIVACY),
    Route("POST", "/dashboard/privacy/{id}/announcement", "pages_telling:again", PRIVACY, form=True),
    Route("POST", "/dashboard/privacy/{id}/decision", "pages_privacy:decide", PRIVACY, form=True),
)
