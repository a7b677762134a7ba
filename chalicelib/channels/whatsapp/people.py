"""Finds the author of a message in the message itself and the `contacts` beside it.

Since April 2026 a person has a business-scoped id (`user_id`, such as "KZ.1349…"), and the phone number
(`wa_id`, `from`) may be absent. The business-scoped id decides who a person is, so it comes first.
"""

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.channels.reading import as_dict, as_list, ident, text
from chalicelib.core.addresses import Address, Author

_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,120}")


class People:
    """Matches the contacts of one `value` with its messages."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._contacts = [each for each in as_list(value.get("contacts")) if isinstance(each, dict)]
        messages = [as_dict(each) for each in as_list(value.get("messages"))]
        senders = {(ident(m.get("from_user_id")), ident(m.get("from"))) for m in messages}
        # Numbers of some countries are written differently in `from` and `wa_id`. One contact beside one sender is
        # that sender even so; with several, a guess would give one person's name to another.
        self._lone = len(self._contacts) == 1 and len(senders - {("", "")}) <= 1
        self._has_statuses = bool(value.get("statuses"))  # then the contacts are recipients of ours

    def author_of(self, message: dict[str, Any]) -> Author | None:
        """Return who wrote `message`, or None if nobody is named."""
        user, phone = ident(message.get("from_user_id")), ident(message.get("from"))
        if not user and _USER_ID.fullmatch(phone):
            user, phone = phone, ""
        contact = self._contact_of(user, phone)
        parent = ident(message.get("from_parent_user_id")) or ident(contact.get("parent_user_id"))
        user = user or ident(contact.get("user_id")) or parent
        phone = ident(contact.get("wa_id")) or phone  # where the two differ, answers reach `wa_id`
        addresses = [Address("user", user)] if user else []
        addresses += [Address("phone", phone)] if phone else []
        if not addresses:
            return None
        profile = as_dict(contact.get("profile"))
        return Author(tuple(addresses), name=text(profile.get("name")), username=text(profile.get("username")))

    def _contact_of(self, user: str, phone: str) -> dict[str, Any]:
        possible = []
        for contact in self._contacts:
            known = ident(contact.get("user_id"))
            if user and known == user:
                return contact
            if not (user and known):  # another id is another person, even with the same phone
                possible.append(contact)
        for contact in possible:
            if phone and ident(contact.get("wa_id")) == phone:
                return contact
        guess = self._lone and possible and not (self._has_statuses and (user or phone))
        return possible[0] if guess else {}


def changed_addresses(message: dict[str, Any]) -> Iterator[tuple[Address, Address]]:
    """Yield (old, new) for a system message about a changed number or a changed business-scoped id.

    Meta names the new ones in `system` and the old ones in the message. The sentence in `body` is never read, because
    it may contain the name that a person chose. A changed number comes with a new business-scoped id, which is yielded
    first, because it decides who the person is."""
    system = as_dict(message.get("system"))
    old_user = ident(message.get("from_user_id")) or ident(system.get("previous_user_id"))
    new_user = ident(system.get("user_id"))
    old_phone = ident(message.get("from"))
    new_phone = ident(system.get("wa_id")) or ident(system.get("new_wa_id"))
    if old_user == new_user:
        old_user = ""
    if new_user and (old_user or old_phone):
        yield (
            Address("user", old_user) if old_user else Address("phone", old_phone),
            Address("user", new_user),
        )
    if new_phone and new_phone != old_phone and (old_phone or old_user):
        yield (
            Address("phone", old_phone) if old_phone else Address("user", old_user),
            Address("phone", new_phone),
        )
