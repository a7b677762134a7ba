"""Wires dashboard and API. Only their views import it, so that no other function loads its parts."""

from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib.contacts.search import Search
from chalicelib.core.settings import settings
from chalicelib.dynamo.clients import client
from chalicelib.dynamo.rows import lists_ready
from chalicelib.outbox.keep_draft import KeepDraft
from chalicelib.profile.load import load_profile
from chalicelib.profile.model import Profile
from chalicelib.staff.login_throttle import LoginThrottle
from chalicelib.staff.model import Role, Staff
from chalicelib.staff.sessions import SessionStore
from chalicelib.staff.store import StaffStore
from chalicelib.tickets.change import ChangeTicket
from chalicelib.tickets.comment import CommentOnTicket
from chalicelib.tickets.drafts import DraftStore
from chalicelib.tickets.marker import Markers
from chalicelib.tickets.need_to_know import Reader, RefuseUnneeded
from chalicelib.tickets.queries import TicketQueries
from chalicelib.tickets.view_ticket import MarkSeen, OpenWithReason, ViewTicket
from chalicelib.tickets.writes import TicketWrites
from chalicelib.vault.encryption import decode_key
from chalicelib.vault.pseudonyms import derive
from chalicelib.wiring import base as wiring

if TYPE_CHECKING:
    from chalicelib.attachments.hand_out import FetchAgain, HandOut
    from chalicelib.certificates.ledger import Ledger
    from chalicelib.contacts.agreement import Agreements
    from chalicelib.contacts.change_contact import ChangeContact
    from chalicelib.erasure.read_part import ReadPart
    from chalicelib.outbox.bring_file import BringFile
    from chalicelib.outbox.change_message import ChangeMessage
    from chalicelib.outbox.reply import ReplyToCustomer
    from chalicelib.outbox.signals import AskForSignal
    from chalicelib.outbox.withheld.decide import DecideWithheld
    from chalicelib.privacy.decide import DecideRequest
    from chalicelib.privacy.enter_transfer import EnterTransfer
    from chalicelib.privacy.erasure_pause import PauseErasures
    from chalicelib.privacy.follow_link import FollowLink
    from chalicelib.privacy.open_request import OpenRequest
    from chalicelib.privacy.recognise_request import RecogniseRequest
    from chalicelib.privacy.requests.pages import RequestPages
    from chalicelib.privacy.sealed_on_requests import RequestSecret
    from chalicelib.privacy.tell_recipients import TellRecipients
    from chalicelib.privacy.telling.announce_again import AnnounceAgain
    from chalicelib.privacy.telling.statuses import MessageStatuses
    from chalicelib.provider_templates.store import TemplateStore
    from chalicelib.retention.reviews import Reviews
    from chalicelib.retention.statistics import StatisticsStore
    from chalicelib.staff.authenticator import Authenticator
    from chalicelib.staff.challenges import Challenges
    from chalicelib.staff.cognito import CognitoAccounts
    from chalicelib.staff.manage import RestoreStaff, RevokeStaff, SetTeam, SignUndertaking
    from chalicelib.staff.sign_in import SignIn
    from chalicelib.vault.encryption import Vault
    from chalicelib.vault.page_key import PageKey


def sessions() -> SessionStore:
    """Sessions. Raises Unavailable."""
    wiring.bind_tables()
    return SessionStore(_derived("session"))


@cache
def markers() -> Markers:
    """What has changed at the desk, for pages that are open."""
    return Markers(wiring.gateway())


def staff() -> StaffStore:
    """Accounts of staff. Raises Unavailable."""
    wiring.bind_tables()
    return StaffStore(_derived("staff"))


@cache
def profile() -> Profile:
    """The operator's profile."""
    return load_profile(settings().operator)


def vault() -> "Vault":
    """The deployment's vault. Raises Unavailable."""
    return wiring.vault()


def desk(by: Staff | None) -> TicketQueries:
    """The ticket queries of one HTTP request, with a decryptor of their own. Lists and searches show `by` what is open
    to them; None is for a use case that shows none."""
    now = wiring.clock()()
    return TicketQueries(wiring.decryptor(), now, partial(lists_ready, now), reader(by, now))


def reader(by: Staff | None, now: int) -> Reader:
    """Who reads, and what is open to them."""
    return Reader(by, tuple(profile().teams), now)


def refuse_unneeded(by: Staff, now: int) -> RefuseUnneeded:
    """Refuse what is not open to a colleague."""
    return RefuseUnneeded(reader(by, now))


def open_with_reason(by: Staff) -> OpenWithReason:
    """Open a ticket of another team with a reason."""
    return OpenWithReason(desk(by), changes(), wiring.clock())


@cache
def changes() -> TicketWrites:
    """Changes of tickets."""
    return TicketWrites(wiring.gateway())


def change_ticket() -> ChangeTicket:
    """Change a ticket."""
    kept = profile().retention["ticket"].kept
    return ChangeTicket(desk(None), changes(), staff(), kept, wiring.clock(), tuple(profile().teams))


def change_contact() -> "ChangeContact":
    """Change a contact: its language, a correction."""
    from chalicelib.contacts.change_contact import ChangeContact, ContactChanges

    return ChangeContact(ContactChanges(wiring.gateway()), wiring.clock())


@cache
def statistics() -> "StatisticsStore":
    """What remains of tickets whose term is over."""
    from chalicelib.retention.statistics import StatisticsStore

    return StatisticsStore(wiring.gateway())


@cache
def agreements() -> "Agreements":
    """Ends of people's agreements."""
    from chalicelib.contacts.agreement import Agreements
    from chalicelib.contacts.change_contact import ContactChanges

    return Agreements(wiring.gateway(), ContactChanges(wiring.gateway()), profile().agreement_terms, wiring.clock())


def enter_transfer() -> "EnterTransfer":
    """Enter an answer about the transfer abroad from paper."""
    from chalicelib.contacts.change_contact import ContactChanges
    from chalicelib.contacts.change_transfer import TransferConsents
    from chalicelib.privacy.enter_transfer import EnterTransfer

    changes = ContactChanges(wiring.gateway())
    return EnterTransfer(changes, TransferConsents(wiring.gateway(), changes), wiring.clock())


def open_ticket(reader: TicketQueries) -> ViewTicket:
    """Open a ticket through the request's own reader."""
    return ViewTicket(reader, changes())


def mark_seen() -> MarkSeen:
    """Record which messages of a ticket staff has seen."""
    return MarkSeen(desk(None), changes())


def comment() -> CommentOnTicket:
    """Comment on a ticket."""
    return CommentOnTicket(desk(None), changes(), wiring.clock())


@cache
def drafts() -> DraftStore:
    """What staff has typed and not sent."""
    return DraftStore(wiring.gateway())


def keep_draft() -> KeepDraft:
    """Keep what staff has typed."""
    return KeepDraft(desk(None), drafts(), profile().retention["ticket"].kept, wiring.clock())


def hand_out() -> "HandOut":
    """Make links to files."""
    from chalicelib.attachments.hand_out import HandOut
    from chalicelib.wiring.files import bucket

    return HandOut(desk(None), bucket())


def fetch_again() -> "FetchAgain":
    """Have a file fetched again."""
    from chalicelib.attachments.hand_out import FetchAgain

    return FetchAgain(desk(None), wiring.gateway(), decode_key(settings().fetcher_public_key), wiring.clock())


def reply() -> "ReplyToCustomer":
    """Reply to a customer."""
    from chalicelib.wiring import delivery as wiring_delivery

    return wiring_delivery.reply_to_customer()


def bring_file() -> "BringFile":
    """Bring files for replies."""
    from chalicelib.wiring import delivery as wiring_delivery

    return wiring_delivery.bring_file()


def templates() -> "TemplateStore":
    """Templates of the providers."""
    from chalicelib.wiring import templates as wiring_templates

    return wiring_templates.template_store()


def ask_for_signal() -> "AskForSignal":
    """Ask for a sign to a customer that their message was read, or that somebody types."""
    from chalicelib.wiring import delivery as wiring_delivery

    return wiring_delivery.ask_for_signal()


def change_message() -> "ChangeMessage":
    """React to a message, edit or delete a reply."""
    from chalicelib.wiring import delivery as wiring_delivery

    return wiring_delivery.change_message()


def decide_withheld() -> "DecideWithheld":
    """Decide about a reply that waits for a supervisor."""
    from chalicelib.wiring import delivery as wiring_delivery

    return wiring_delivery.decide_withheld()


def search(reader: TicketQueries) -> Search:
    """Find tickets through the request's own reader."""
    from chalicelib.wiring import delivery as wiring_delivery

    inbound = wiring.secrets().inbound(settings().secret_inbound)
    return Search(reader, wiring.address_key(), inbound.accounts, wiring_delivery.text_search().find_contacts)


@cache
def _cognito_accounts() -> "CognitoAccounts":
    from chalicelib.staff.cognito import CognitoAccounts

    config = settings()
    return CognitoAccounts(client("cognito-idp"), config.user_pool_id, config.user_pool_client_id)


def sign_in() -> "SignIn":
    """Sign staff in."""
    from chalicelib.staff.sign_in import SignIn

    return SignIn(_cognito_accounts(), staff(), sessions(), _login_throttle(), _challenges(), wiring.clock())


def authenticator() -> "Authenticator":
    """Switch one's own authenticator application on or off."""
    from chalicelib.staff.authenticator import Authenticator

    return Authenticator(_cognito_accounts(), _login_throttle(), _challenges(), wiring.clock())


def _login_throttle() -> LoginThrottle:
    return LoginThrottle(_derived("brake"))


def _challenges() -> "Challenges":
    from chalicelib.staff.challenges import Challenges

    return Challenges(_derived("challenge"), wiring.clock())


def searches() -> "Challenges":
    """Seal the words of a search, so that they can stand in an address."""
    from chalicelib.staff.challenges import Challenges

    return Challenges(_derived("search"), wiring.clock())


def _derived(purpose: str) -> bytes:
    """Returns a key of its own for each purpose, derived from a secret that no public function may read."""
    return derive(decode_key(wiring.secrets().read(settings().secret_text_key)["text_key"]), purpose)


def sign_undertaking() -> "SignUndertaking":
    """Sign the undertaking."""
    from chalicelib.staff.manage import SignUndertaking

    return SignUndertaking(staff(), profile(), wiring.clock())


def revoke_staff() -> "RevokeStaff":
    """Shut a staff account out."""
    from chalicelib.staff.manage import RevokeStaff

    return RevokeStaff(staff(), _cognito_accounts(), profile().retention["staff"].kept, wiring.clock())


def restore_staff() -> "RestoreStaff":
    """Let a staff account in again."""
    from chalicelib.staff.manage import RestoreStaff

    return RestoreStaff(staff(), _cognito_accounts())


def set_team() -> "SetTeam":
    """Put a colleague into a team."""
    from chalicelib.staff.manage import SetTeam

    return SetTeam(staff(), tuple(profile().teams))


# -- private links


def page_channel() -> str:
    """The channel whose people write on pages of ours."""
    return wiring.page_channel().id


def page_key() -> "PageKey":
    """The key of pages that anybody may fill in. Raises Unavailable."""
    return wiring.page_key()


def follow_link() -> "FollowLink":
    """Show what lies behind a private link. Raises Unavailable."""
    from chalicelib.messages.statuses import Statuses
    from chalicelib.privacy.follow_link import FollowLink
    from chalicelib.privacy.followed_rows import FollowedRows
    from chalicelib.wiring.files import bucket

    channel, key = wiring.page_channel(), wiring.address_key()
    statuses, rows = Statuses(wiring.gateway(), key), FollowedRows(wiring.gateway())
    return FollowLink(channel, key, rows, statuses, wiring.decryptor, bucket(), wiring.clock())


# -- requests about data


@cache
def count_held() -> int | None:
    """Count the people who have not consented yet; None where the operator does not ask first. Raises Unavailable."""
    if profile().consent.mode != "explicit":
        return None
    from chalicelib.tickets.held_conversations import HeldConversations

    return HeldConversations(wiring.gateway()).count()


def request_pages() -> "RequestPages":
    """Requests about data, as they are shown."""
    from chalicelib.privacy.requests.pages import RequestPages

    return RequestPages(wiring.gateway())


def read_part() -> "ReadPart":
    """What the desk keeps after a destruction, for those who may read it."""
    from chalicelib.erasure.kept_part import KeptParts
    from chalicelib.erasure.read_part import ReadPart

    return ReadPart(KeptParts(wiring.gateway()), wiring.decryptor)


def open_request() -> "OpenRequest":
    """Enter a request."""
    from chalicelib.wiring import requests as wiring_requests

    return wiring_requests.open_request()


def announce_again() -> "AnnounceAgain":
    """Send an announcement once more."""
    from chalicelib.wiring import requests as wiring_requests

    return wiring_requests.announce_again()


def announcements() -> "MessageStatuses":
    """Reads how far messages about requests were delivered."""
    from chalicelib.wiring import privacy_stores as stores

    return stores.announcements()


def request_secret() -> "RequestSecret":
    """Open the secret of a certificate, for a letter."""
    from chalicelib.wiring import privacy_stores as stores

    return stores.secret()


def certificates_address() -> str:
    """The public page where a certificate is checked."""
    from chalicelib.wiring import privacy_stores as stores

    return stores.certificates_address()


def recognise_request() -> "RecogniseRequest":
    """Recognise a request in a customer's message."""
    from chalicelib.privacy.recognise_request import RecogniseRequest
    from chalicelib.wiring import requests as wiring_requests

    return RecogniseRequest(desk(None), wiring_requests.open_request())


def decide_request() -> "DecideRequest":
    """Decide about a request."""
    from chalicelib.wiring import requests as wiring_requests

    return wiring_requests.decide_request(_is_officer)


def tell_recipients() -> "TellRecipients":
    """Note that recipients of data were told of a withdrawal."""
    from chalicelib.wiring import requests as wiring_requests

    return wiring_requests.tell_recipients()


def _is_officer(staff_id: str) -> bool:
    """Whether this member of staff is a privacy officer who has access."""
    found = staff().get(staff_id)
    return found is not None and not found.disabled and found.may(frozenset({Role.PRIVACY_OFFICER}))


@cache
def pause_erasures() -> "PauseErasures":
    """Pause all erasures, and go on."""
    from chalicelib.privacy.erasure_pause import PauseErasures
    from chalicelib.wiring import privacy_stores as stores

    return PauseErasures(stores.erasure_pause(), wiring.clock())


def reviews() -> "Reviews":
    """Reviews of classes of retention."""
    from chalicelib.retention.reviews import Reviews, ReviewStore

    return Reviews(profile(), ReviewStore(wiring.gateway()), wiring.clock())


def ledger() -> "Ledger":
    """The ledger, to read certificates."""
    from chalicelib.wiring import privacy_stores as stores

    return stores.ledger()
