"""Meta's errors in Meta's words. Source: Meta's "Cloud API error codes"."""

import secrets
from typing import Any

from starlette.responses import JSONResponse

DETAILS = {
    4: (400, "Application request limit reached", "The app has reached its API call rate limit."),
    10: (
        403,
        "Application does not have permission for this action",
        "Permission is either not granted or removed.",
    ),
    100: (400, "Invalid parameter", "One or more parameters are not supported or misspelled."),
    190: (401, "Error validating access token: Session has expired", "The access token has expired."),
    200: (403, "Permissions error", "Permission is either not granted or removed."),
    368: (
        403,
        "Temporarily blocked for policies violations",
        "The account was restricted for violating a policy.",
    ),
    80007: (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: (400, "Rate limit hit", "Cloud API message throughput has been reached."),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131008: (400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: (400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: (500, "Service unavailable", "A service is temporarily unavailable."),
    131026: (400, "Message undeliverable", "Unable to deliver message."),
    131031: (403, "Account has been locked", "The account was restricted or disabled."),
    131042: (400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (400, "Spam rate limit hit", "Too many previous messages were blocked or flagged as spam."),
    131049: (
        400,
        "Message not delivered",
        "This message was not delivered to maintain healthy ecosystem engagement.",
    ),
    131050: (
        400,
        "User has stopped marketing messages",
        "The recipient chose to stop receiving marketing messages.",
    ),
    131051: (400, "Unsupported message type", "Message type is not currently supported."),
    131056: (
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to this person.",
    ),
    131062: (400, "Message not allowed", "Business-scoped user ids cannot receive this message."),
    132000: (400, "Template parameter count mismatch", "The number of parameters does not match."),
    132001: (
        404,
        "Template name does not exist in the translation",
        "The template does not exist in the language.",
    ),
    132005: (400, "Translated text too long", "The translated text is too long."),
    132007: (400, "Template format character policy violated", "The template content violates a policy."),
    132012: (
        400,
        "Template parameter format mismatch",
        "Variable parameter values are not formatted correctly.",
    ),
    132015: (400, "Template is paused", "The template is paused due to low quality."),
    132016: (400, "Template is disabled", "The template has been permanently disabled."),
    0: (401, "AuthException", "Unable to authenticate the app user."),
    1: (400, "API Unknown", "Invalid request or possible server error."),
    2: (503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: (500, "API Method", "Capability or permissions issue."),
    33: (400, "Parameter value is not valid", "The business phone number has been deleted."),
    130472: (
        400,
        "User's number is part of an experiment",
        "Failed to send message because this user's phone number is part of an experiment.",
    ),
    130497: (403, "Business account is restricted from messaging users in this country.", "Restricted country."),
    131005: (403, "Access denied", "Permission is either not granted or has been removed."),
    131021: (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131037: (400, "Display name approval needed", "The number needs display name approval before it can send."),
    131045: (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    131052: (400, "Media download error", "Unable to download the media sent by the user."),
    131053: (400, "Media upload error", "Unable to upload the media used in the message."),
    131057: (500, "Account in maintenance mode", "The account is in maintenance mode."),
    133010: (400, "Phone number not registered", "The number is not registered on the WhatsApp Business Platform."),
    135000: (400, "Generic user error", "Message failed to send because of an unknown error with the parameters."),
}


class MetaError(Exception):
    """Meta refuses the call; `response` has the JSON shape of the Graph API."""

    def __init__(self, code: int, details: str = "", *, message: str = "", status: int = 0, subcode: int = 0) -> None:
        super().__init__(code)
        usual_status, title, usual_details = DETAILS.get(code, (500, "An unknown error occurred", ""))
        self.status = status or usual_status
        error: dict[str, Any] = {"message": message or f"(#{code}) {title}", "type": "OAuthException", "code": code}
        if not message:
            error["error_data"] = {"messaging_product": "whatsapp", "details": details or usual_details}
        if subcode:
            error["error_subcode"] = subcode
        self.body = {"error": error | {"fbtrace_id": "A" + secrets.token_urlsafe(16)[:20]}}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status)


def failed_status_errors(code: int, title: str = "", details: str = "") -> list[dict[str, Any]]:
    """Return the errors in the webhook of a failed status. `title` and `details` replace Meta's words."""
    _, usual_title, usual_details = DETAILS.get(code, (500, "Something went wrong", "Message failed to send."))
    title = title or usual_title
    return [
        {
            "code": code,
            "title": title,
            "message": title,
            "error_data": {"details": details or usual_details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }
    ]
