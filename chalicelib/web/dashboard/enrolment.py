"""Presents the key of a new authenticator application: as a QR code, an address and a text to type."""

from dataclasses import dataclass

from chalicelib.staff.authenticator_model import grouped, otpauth
from chalicelib.staff.sign_in import Step
from chalicelib.wiring import web as wiring_web


@dataclass(frozen=True)
class EnrolmentKey:
    """The key in three forms: `uri` opens the application on this device, `picture` is the same as a QR code (SVG),
    `secret` is for typing, in groups."""

    uri: str
    picture: str
    secret: str


def enrolment_key(step: Step) -> EnrolmentKey | None:
    """Return the key of a step; None for a step without one.

    The picture is part of the page, so that no address of ours, and no log of addresses, holds a key.
    """
    if not step.secret:
        return None
    import segno

    uri = otpauth(wiring_web.profile().operator.service, step.account, step.secret)
    # A QR code needs a margin of four modules (ISO/IEC 18004). Colours are attributes, which our CSP allows.
    code = segno.make_qr(uri, error="m").svg_inline(border=4, omitsize=True, dark="#000", light="#fff", lineclass=None)
    return EnrolmentKey(uri, code, grouped(step.secret))
