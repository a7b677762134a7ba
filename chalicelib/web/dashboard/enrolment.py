"""The key of a new authenticator application as a page shows it: picture, address, text."""

from dataclasses import dataclass

from chalicelib.staff.authenticator_model import grouped, otpauth
from chalicelib.staff.sign_in import Step
from chalicelib.wiring import web as wiring_web


@dataclass(frozen=True)
class Shown:
    """`uri` is opened on the phone itself, `picture` is the same as a QR code (SVG), `secret` is for typing."""

    uri: str
    picture: str
    secret: str


def shown(step: Step) -> Shown | None:
    """What to show for a step with a key. The picture stands in the page: a key belongs in no address of ours."""
    if not step.secret:
        return None
    import segno

    uri = otpauth(wiring_web.profile().operator.service, step.account, step.secret)
    # Four modules of margin are part of the code (ISO/IEC 18004); colours are attributes, so the policy takes them.
    code = segno.make_qr(uri, error="m").svg_inline(border=4, omitsize=True, dark="#000", light="#fff", lineclass=None)
    return Shown(uri, code, grouped(step.secret))
