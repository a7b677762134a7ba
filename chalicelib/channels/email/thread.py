"""Finds out to which conversation a mail belongs: by our own signed reply address, else by the mails that it answers,
never by its subject."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from chalicelib.channels.email.mail import Mail
from chalicelib.channels.email.mailboxes import address


class Thread(NamedTuple):
    """What a mail says of its conversation: what a signed address of ours proves, None without one; and the ids of the
    mails that it answers, the nearest first, which prove nothing: whoever has seen a mail knows its id."""

    proved: str | None
    answers: tuple[str, ...]


def thread_of(mail: Mail, verify: Callable[[str], str | None], envelope: Iterable[str] = ()) -> Thread:
    """Return the thread of a mail. `verify` takes the signed part of a reply address, in small letters, and returns
    what it stands for, None for a part that is not ours. It is asked for the tag after a plus sign, or the whole local
    part, of each recipient: those of the `envelope` first, then those that headers name."""
    answers = tuple(dict.fromkeys(one for one in (mail.in_reply_to, *reversed(mail.references)) if one))
    for one in dict.fromkeys((*map(address, envelope), *mail.recipients)):
        local, _, tag = one.rpartition("@")[0].partition("+")
        if (part := tag or local) and (proved := verify(part)) is not None:
            return Thread(proved, answers)
    return Thread(None, answers)
