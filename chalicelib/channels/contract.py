"""Says what a channel promises: everything in which channels differ, as data and a few small functions.

A channel is one `Channel` in its folder's `channel.py`, and its line in `registry.py`. Rooms ask for a capability,
never for a name. Intake loads every declaration on its cold start, so these are named tuples, and what is heavy (a
parser, a sender, lists of errors) stands behind a function that imports it at its first use. What
only those functions take and return is in base.py.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chalicelib.channels.parts import DeliveryStatus, Part, StatusUpdate
from chalicelib.core.addresses import Address

if TYPE_CHECKING:
    from chalicelib.channels.base import Errors, Sender, Typed
    from chalicelib.channels.fetching import Fetcher
    from chalicelib.channels.letters import Envelope, Letter
    from chalicelib.channels.pages import Filled
    from chalicelib.channels.templates import TemplateSource

Accounts = Mapping[str, Mapping[str, str]]
"""Accounts of ours (numbers, bots), each with the secret fields that it was linked with."""
Commands = Mapping[str, Sequence[tuple[str, str]]]
"""Commands of a chat by language, each with what it does."""
PartKind = Literal["text", "choice", "file", "template", "reaction", "edit", "revoke"]
"""Kinds of outgoing parts (channels/base.py)."""


def as_sent(value: str) -> str:
    """Return an address as the provider sends it: how most kinds of address are shown."""
    return value


class AddressKind(NamedTuple):
    """A kind of address: `id` is the attribute that holds it on a contact, `name` its label on pages. `form` says how
    it is searched for: a phone number in any notation, another number, or an id. `show` writes it as people do.
    `category` is the profile's id of such data, "" for an address that is ours."""

    id: str
    name: str
    form: Literal["phone", "number", "id"] = "id"
    show: Callable[[str], str] = as_sent
    category: str = ""


class AccountField(NamedTuple):
    """A secret field that links an account of ours. `secret` says which function needs it: intake or the sender. An
    account may go without one that is not `needed`."""

    name: str
    secret: Literal["inbound", "outbound"]
    says: str
    needed: bool = True


class Setting(NamedTuple):
    """A setting of the sender: the environment variable `name`, filled by the template's parameter of the same name, or
    with the name of the resource that the template has `made` under it.
    `stand_in` is the path of the provider's stand-in in the local run, None where the default serves there, too."""

    name: str
    default: str
    says: str
    allowed: tuple[str, ...] = ()
    stand_in: str | None = None
    made: bool = False

    @property
    def parameter(self) -> str:
        """Name of the template's parameter or resource, such as WhatsappApi."""
        return self.name.title().replace("_", "")


class Webhook(NamedTuple):
    """How a provider's bodies arrive.

    `verify` returns the accounts for which the raw bytes are authentic; none means that they are not the provider's,
    and `refused` says what to correct. `parse` returns the parts of an authentic body to these accounts, at our time
    (s); it raises BadInput and nothing else. `challenge` returns the exact answer to the provider's GET that verifies
    the address, None when it must be refused with `unverified`; a channel without it has no GET.
    """

    verify: Callable[[Accounts, bytes, Mapping[str, str]], Collection[str]]
    parse: Callable[[bytes, Collection[str], int], list[Part]]
    refused: str
    challenge: Callable[[Accounts, Mapping[str, str]], str | None] | None = None
    unverified: str = ""


class RawMails(NamedTuple):
    """How the mails arrive that a carrier lays into a bucket of ours, without HTTP.

    `read` returns the parts and files of a raw mail to one of these accounts at our time (s): it takes the mail, what
    the carrier says about it, the accounts, and the published addresses of the company. It raises nothing; what is no
    mail is an UnparsedPart.

    The carrier also tells what became of mails of ours. `brief` returns of such an event what a queue may hold, which
    is our reference and words of the carrier's; nothing of a person, and {} for what concerns no mail of ours.
    `status` makes the status of that for one of our accounts, at our time (s).
    """

    read: Callable[[bytes, "Envelope", Accounts, Collection[str], int], "Letter"]
    brief: Callable[[Mapping[str, Any]], dict[str, str]]
    status: Callable[[Mapping[str, str], str, int], StatusUpdate | None]


class Page(NamedTuple):
    """How messages arrive that people write on pages of ours, and where they read the answers: behind a private link.

    `account` stands for the pages, `address` returns the address of who has a private link. `read` returns the parts
    and files of a page that was filled in, at our time (s); it takes the place at which files are laid, and raises
    nothing.
    """

    account: str
    address: Callable[[str], Address]
    read: Callable[["Filled", str, int], "Letter"]


class Buttons(NamedTuple):
    """Buttons under a text: how many, characters of a title, bytes of an id, UTF-16 units of the text above them."""

    most: int
    title: int
    id: int
    text: int


class Reactions(NamedTuple):
    """Emoji of ours at a message of the person: those that pages offer, the only ones that the provider takes (none:
    any single emoji), and how old (ms) the message may be, 0 for any age."""

    offered: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()
    within: int = 0

    def spelled(self, emoji: str) -> str | None:
        """Return a reaction as the provider writes it; None for what it does not take. Whether the sign that a symbol
        is an emoji (U+FE0F) stands in it makes no difference to people."""
        if not self.taken:
            from chalicelib.core.emoji import is_one_emoji  # intake makes no reactions

            return emoji if is_one_emoji(emoji) else None
        plain = emoji.replace("\ufe0f", "")
        return next((one for one in self.taken if one.replace("\ufe0f", "") == plain), None)


class FileLimit(NamedTuple):
    """Types of files of one kind that the provider takes, their bytes, and whether a caption may go with one."""

    kind: str
    types: tuple[str, ...]
    size: int
    caption: bool = True


class Rate(NamedTuple):
    """So many messages in so many seconds, to one person or from one account of ours."""

    scope: Literal["person", "account"]
    messages: int
    seconds: float


def no_address(_typed: "Typed") -> Iterable[Address]:
    """Return nothing: a channel whose addresses are not searched for as a whole."""
    return ()


class Channel(NamedTuple):
    """One channel, as everybody but the channel itself knows it.

    `id`             stored with every contact, ticket and message; never changes
    `name`, `send_on`, `icon`   label, label of the button that sends, symbol of web/static/icons.svg
    `policy_name`    its name in the policy
    `categories`     personal data that it brings: ids of the profile's categories and their names in the policy
    `address_kinds`  in the order in which they are preferred for sending
    `names`          of which category a person's `name` and `username` are
    `account_fields` secret fields that a link to an account needs
    `sends`          kinds of outgoing parts that it renders; others are refused by name
    `text_limit`     UTF-16 units of one message; longer texts are cut into several
    `formatting`     how a text is written; "plain": no character of it can be taken for markup
    `buttons`        None: it has none
    `lists`          choices that do not fit into buttons are a list of these; None: it has none
    `quotes`         a message of ours can quote one of the conversation
    `threads`        a message of ours says which message it answers, by subject and id: the newest one of the person
    `reactions`      what our reactions may be; made only where `sends` has "reaction"
    `reads`          it can tell the person that their message was read
    `typing_every`   s after which a sign that somebody types may follow another one; 0: it has none
    `edit_within`, `delete_within`   ms after sending in which a message of ours can be edited or deleted, 0 for no
                     limit; done only where `sends` has "edit" or "revoke"
    `files`          files that the provider takes, in the order in which their kinds are preferred; sent only where
                     `sends` has "file"
    `caption`        UTF-16 units of a text that goes out with a file; a longer one goes out by itself
    `window`         ms after the person's last message in which free text may go out; 0: always
    `late_notices`   what becomes of a notice outside the window: "kept" and shown as not sent, or "template"
    `statuses`       what the provider reports of our messages by itself
    `echoes`         it returns our reference with each status, which proves an acceptance whose answer was lost
    `tells_blocking` it says when a person blocks or unblocks us, so a refusal as blocked is remembered
    `confirms_presses`  a pressed button turns until it is confirmed
    `rates`          what the provider takes in a time
    `never`          purposes of messages that may never leave by it, whatever a profile says
    `mailings`       news and offers may leave by it: each message says how to end them, to people and to programs
    `find`           addresses that a typed text may be
    `profile_links`  beginnings of links in which a username follows
    `fetcher`        fetches files that customers sent; None: they are not fetched
    `failed_fetches` failed fetches within an hour after which the provider hands out nothing for a while; 0: no limit
    `hands_out`      bytes of the largest file that the provider hands out; 0: no limit of its own
    `templates`      fetches the templates that the provider has approved for an account; None: it has none
    `templates_of`   outbound field that says where an account's templates are
    `aws`            services of AWS, by botocore's names, that its sender and its fetcher call: they are given the
                     clients under these names beside the settings
    `set_commands`   sets the list of commands that the application shows: by language, "" for every other one, names
                     and what they do. It takes the settings, an account of ours and its token, and raises SendError.
                     None: it has no such list
    `webhook`, `mail_in`, `page`  how messages arrive: by the provider's webhook, as mails in a bucket, or from pages of
                     ours, whose messages nobody carries; one of them
    `sender`, `errors`  how they leave. Without a way in and a sender the channel is known to policies and not served
    """

    id: str
    name: str
    send_on: str
    icon: str
    policy_name: str
    address_kinds: tuple[AddressKind, ...] = ()
    categories: Mapping[str, str] = MappingProxyType({})
    account_fields: tuple[AccountField, ...] = ()
    settings: tuple[Setting, ...] = ()
    sends: frozenset[PartKind] = frozenset()
    text_limit: int = 0
    formatting: Literal["plain"] = "plain"
    buttons: Buttons | None = None
    lists: Buttons | None = None
    quotes: bool = False
    threads: bool = False
    reactions: Reactions = Reactions()
    reads: bool = False
    typing_every: int = 0
    edit_within: int = 0
    delete_within: int = 0
    files: tuple[FileLimit, ...] = ()
    caption: int = 0
    window: int = 0
    late_notices: Literal["kept", "template"] = "kept"
    statuses: frozenset[DeliveryStatus] = frozenset()
    echoes: bool = False
    tells_blocking: bool = False
    confirms_presses: bool = False
    rates: tuple[Rate, ...] = ()
    never: frozenset[str] = frozenset()
    mailings: bool = False
    find: Callable[["Typed"], Iterable[Address]] = no_address
    profile_links: tuple[str, ...] = ()
    names: Mapping[str, str] = MappingProxyType({"name": "full_name"})
    webhook: Webhook | None = None
    mail_in: RawMails | None = None
    page: Page | None = None
    aws: tuple[str, ...] = ()
    sender: Callable[[Mapping[str, Any]], "Sender"] | None = None
    fetcher: Callable[[Mapping[str, Any]], "Fetcher"] | None = None
    failed_fetches: int = 0
    hands_out: int = 0
    templates: Callable[[Mapping[str, str]], "TemplateSource"] | None = None
    templates_of: str = ""
    set_commands: Callable[[Mapping[str, str], str, str, Commands], None] | None = None
    errors: Callable[[], "Errors"] | None = None

    @property
    def served(self) -> bool:
        """Whether messages arrive and leave by it today."""
        return (self.webhook or self.mail_in or self.page) is not None and self.sender is not None

    @property
    def dimensions(self) -> dict[str, str]:
        """Dimensions of its metrics and alarms."""
        return {"channel": self.id}

    @property
    def path(self) -> str:
        """Path of its webhook."""
        return f"/webhooks/{self.id}"

    def fields(self, secret: str) -> tuple[str, ...]:
        """Return the names of the fields of one secret."""
        return tuple(one.name for one in self.account_fields if one.secret == secret)

    def show(self, address: str) -> str:
        """Return an address of whichever kind as people write it."""
        return self.address_kinds[0].show(address) if self.address_kinds else address

    def can(self, kind: PartKind, sent_at: int, now: int) -> bool:
        """Whether a message of this age (ms) can be reacted to, edited or deleted: `kind` is the part that does it."""
        within = {"reaction": self.reactions.within, "edit": self.edit_within, "revoke": self.delete_within}[kind]
        return kind in self.sends and (not within or now - sent_at < within)

    def window_open(self, last_inbound_at: int, now: int) -> bool:
        """Whether free text may go out (ms)."""
        return not self.window or last_inbound_at > now - self.window
