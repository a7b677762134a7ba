"""What intake knows about the author of a message, without names and addresses. Pure."""

from typing import NamedTuple


class ContactReference(NamedTuple):
    """A contact as its alias row shows it: ids and pseudonyms, no name and no address.

    `ticket_id` is the conversation's newest ticket, open or closed; "" before the first message. `aliases` are the
    pseudonyms of all addresses by which the person is found.

    `known_at` (ms) is when the message was sent that last changed name or addresses; older messages change them no
    more. `born_at` (ms, 0 when unknown) is when the first message from the found address was sent; an older message may
    be from somebody who had the address before and was erased. `policy` is the version of the policy to which the
    person has last consented, "" when no release has noted it; `told_policy` the one that was announced to
    them at `told_at` (ms), to be accepted. `pending`: they have not consented yet, where the
    operator asks first; what they write is held until `held_until` (seconds; 0: nothing was held, they were not asked).
    """

    contact_id: str
    conversation_id: str
    public_key: bytes
    epoch: int
    ticket_id: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    profile_hash: str = ""
    user_hash: str = ""
    phone_hash: str = ""
    known_at: int = 0
    born_at: int = 0
    policy: str = ""
    told_policy: str = ""
    told_at: int = 0
    pending: bool = False
    held_until: int = 0

    @property
    def has_consented(self) -> bool:
        """Whether they have consented to some version of the policy: with their first message, or before it, when they
        asked for mailings."""
        return bool(self.ticket_id or self.policy)


class EndedContact(NamedTuple):
    """A contact whose addresses may go to a new one: its retention ended or, `keyless`, its key was destroyed."""

    person: ContactReference
    keyless: bool = False


class Lookup(NamedTuple):
    """The result of looking up the author of a message. Addresses appear as their pseudonyms.

    `person`       the contact, None for somebody new
    `added`        addresses to be stored for the contact; with `readdressed` messages to it are sent there from now on
    `taken`        a phone that was found at another contact, `moved_from`, and becomes this person's
    `unclaimed`    a phone that another contact has received since, and keeps
    `ended`        contacts with these addresses that are over; each address may have had an owner of its own
    `fenced`       addresses on the suppression list: their person is being erased, nobody is found, nothing is stored
    """

    person: ContactReference | None
    added: tuple[str, ...] = ()
    readdressed: bool = False
    moved_from: ContactReference | None = None
    taken: str = ""
    unclaimed: str = ""
    ended: tuple[EndedContact, ...] = ()
    fenced: tuple[str, ...] = ()
