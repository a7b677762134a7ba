"""What intake knows of the person who writes, and what it decides to store."""

from typing import NamedTuple


class ContactReference(NamedTuple):
    """A contact as its alias row shows it: no name and no address, only our own ids and blind names.

    `ticket_id` is the conversation's newest ticket, open or over; empty before the first message.
    `aliases` are the blind names of all addresses by which the person is found. What they are called and where
    they are reached was last changed by something sent at `known_at` (ms); what is older changes it no more. The
    address by which they were found is theirs since what was sent at `born_at` (ms, 0: nobody noted it): what is older
    may be of somebody erased who had it before.
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


class Lookup(NamedTuple):
    """Who wrote. `person` is None when nobody known did. `added` are blind names of addresses to be learned, and
    with `readdressed` the person is reached there from now on. `taken` is a phone that was `moved_from` somebody
    else; `unclaimed` is one that has a newer owner and stays theirs. `ended` was known by these addresses until their
    retention ended, or, with `keyless`, until their key was destroyed; their rows are still there. `fenced` are blind
    names of addresses whose person is being erased: then nobody is found and nothing is stored."""

    person: ContactReference | None
    added: tuple[str, ...] = ()
    readdressed: bool = False
    moved_from: ContactReference | None = None
    taken: str = ""
    unclaimed: str = ""
    ended: ContactReference | None = None
    keyless: bool = False
    fenced: tuple[str, ...] = ()
