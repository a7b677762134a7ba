"""What one sentence may want done about the person's data, one function a wish. Pure, in linear time.

They match widely: acts and things by their stems, in any order, with inflections and missing Kazakh letters. To leave
daily support alone, the thing must be the person's data and the act must be aimed at it, within one sentence. Words are
those of a sentence as recognition/guesses.py splits it.
"""

from collections.abc import Iterator, Sequence

from chalicelib.privacy.meaning import stems
from chalicelib.privacy.meaning.denials import NEAR as _NEAR
from chalicelib.privacy.meaning.denials import SHORT, Words, denied, leaves_alone, stops

_FAR = 9
"""Distance in words at which an act still belongs to a thing, whatever stands between."""
_PROCESSING = ("обработку", "processing", "ондеуди")
_UNKNOWN = 2
"""Words outside all lists that may stand between a thing and the act that follows it."""


# -- wishes


def deletes_own_data(words: Words) -> bool:
    """Whether the sentence wants the person's own data deleted, or the person forgotten."""
    for at, word in enumerate(words):
        if word.startswith(stems.RIGHT_TO_GO) or (word in stems.TO and _pair(words, at, stems.TO_GO)):
            return True
        if word in stems.FORGET and not denied(words, at):
            if at + 1 < len(words) and (words[at + 1] in stems.ME or _pair(words, at + 1, stems.ABOUT_ME)):
                return True
            if at and words[at - 1] in stems.ME:
                return True
        if _deletes(words, at) and not denied(words, at) and _aimed_at_data(words, at):
            return True
    return False


def ends_consent(words: Words) -> bool:
    """Whether it withdraws, denies or ends consent."""
    consents = [at for at, word in enumerate(words) if _consent(word)]
    of_data = any(word.startswith(stems.OF_DATA_STEMS) for word in words)
    for at in consents:
        for other in _around(words, at, _FAR):
            word = words[other]
            if (word in stems.WITHDRAW or word.startswith(stems.WITHDRAW_STEMS)) and not denied(words, other):
                return not any(_not_ours(one) for one in words[min(at, other) + 1 : max(at, other)])
            if word.startswith(stems.NOT_GIVEN_STEMS):
                return True
            if word in stems.AGREE and word not in stems.CONSENT and denied(words, other):
                return True
        if tuple(words[max(0, at - 2) : at]) == ("no", "longer"):
            return True
    refused = any(word.startswith(stems.DISAGREE_STEMS) for word in words)
    refused |= any(word in stems.AGREE and denied(words, at) for at, word in enumerate(words))
    return of_data and refused


def forbids_processing(words: Words) -> bool:
    """Whether it forbids to process the person's own data, or asks to stop that."""
    if _says_no_more(words):
        return True
    things = [at for at in range(len(words)) if _own_data(words, at)]
    for at in things:
        near = list(_around(words, at, _FAR))
        if any(words[one].startswith(stems.PROCESS_NOT_STEMS) for one in near):
            return True
        processed = [one for one in near if words[one].startswith(stems.PROCESS_STEMS) and words[one] not in stems.ME]
        if any(denied(words, one) for one in processed if _can_be_told(words[one])):
            return True
        if processed and any(_forbids(words, one) or _pair(words, one, stems.REFUSED) for one in near):
            return True
        if any(_not_wanted(words, one) for one in processed):
            return True
    return False


def declines_news(words: Words) -> bool:
    """Whether it wants no more news and offers, or no more contact at all."""
    for at, word in enumerate(words):
        strong = (word in stems.NEWS or word.startswith(stems.NEWS_STEMS)) and not word.startswith(stems.NOT_NEWS_STEMS)
        if not strong and not word.startswith(stems.OFFER_STEMS):
            continue
        for other in _around(words, at, _NEAR):
            if words[other].startswith(stems.SEND_NOT_STEMS):
                return True
            if words[other] in stems.SEND and denied(words, other) and (strong or _can_be_told(words[other])):
                return True
            if stops(words[other]) and (strong or _sends_near(words, other)):
                return True
            if strong and (
                words[other].startswith(stems.UNSUBSCRIBE_STEMS)
                or _pair(words, other, stems.NO_NEED)
                or (words[other] in stems.CLEAR_OUT and _rids_of(words, other, word) and not denied(words, other))
            ):
                return True
    return leaves_alone(words) or any(_unsubscribes(words, at) for at in range(len(words)))


# -- parts of a sentence


def _deletes(words: Words, at: int) -> bool:
    word = words[at]
    if word in stems.DELETED:
        before = words[max(0, at - _FAR) : at]
        wanted = any(one in stems.WANTED for one in before)
        told = wanted and ("чтобы" in before or "чтоб" in before)
        return told or (wanted and not any(one in stems.HAPPENED for one in before[-3:]))
    if word in stems.TAKE_AWAY:
        return at + 1 < len(words) and words[at + 1].startswith(stems.TAKE_AWAY_STEMS)
    if word.endswith("п") and at + 1 < len(words) and words[at + 1].endswith(stems.DONE_ENDINGS):
        return False
    return word in stems.DELETE or word.startswith(stems.DELETE_STEMS)


def _aimed_at_data(words: Words, at: int) -> bool:
    """Whether the act deletes the person's data: the data follows the act with only fillers between, or precedes it."""
    for place in range(at + 1, min(len(words), at + _FAR)):
        if _own_data(words, place) or _me_out(words, place):
            return not _of_daily_support(words, place)
        if words[place] not in stems.FILLERS and words[place] not in stems.DATA:
            break
    unknown = 0
    if at + 1 < len(words) and _not_ours(words[at + 1]):
        return False
    follows = words[at + 1] if at + 1 < len(words) else ""
    if follows and follows not in stems.FILLERS and follows not in stems.OUT_OF and words[at] in _RUSSIAN_ENGLISH:
        return False  # the act has an object of its own
    for place in range(at - 1, max(-1, at - _FAR), -1):
        if _own_data(words, place) or (words[place] in stems.ME and _kazakh(words[at])):
            return not any(_not_ours(one) for one in words[place + 1 : at])
        if words[place] not in stems.FILLERS and words[place] not in stems.DATA:
            unknown += 1
        if unknown > _UNKNOWN or _not_ours(words[place]):
            return False
    return False


_RUSSIAN_ENGLISH = frozenset(one for one in stems.DELETE if not one.startswith(("жой", "жою", "ошир", "кетир")))


def _kazakh(word: str) -> bool:
    return word not in _RUSSIAN_ENGLISH


def _own_data(words: Words, at: int) -> bool:
    """Whether the word names data of the person who writes."""
    word = words[at]
    history = word.startswith(_HISTORY)
    if not history and at + 1 < len(words) and _not_ours(words[at + 1]):
        return False  # "my data plan"; but "my order history"
    if word in stems.OWN_DATA or word.startswith(stems.OWN_DATA_STEMS) or _pair(words, at, stems.ACCOUNT):
        return True
    if _pair(words, at, stems.ABOUT_ME):
        return True
    if word not in stems.DATA:
        return False
    before = words[max(0, at - 3) : at]
    owned = any(one in stems.OWN for one in before) and not any(_not_ours(one) for one in before)
    behind = at + 1 < len(words) and (words[at + 1] in _OWN_BEHIND or _pair(words, at + 1, stems.ABOUT_ME))
    return owned or behind


_HISTORY = ("истори", "history", "тарих")
_OWN_BEHIND = frozenset("мои моих свои своих мой свой moi svoi".split())


def _of_daily_support(words: Words, at: int) -> bool:
    """Whether the data belongs to an order or the like: "my number from the order"."""
    if words[at].startswith(_HISTORY):
        return False
    for word in words[at + 1 : at + 1 + _NEAR]:
        if _not_ours(word):
            return True
        if word not in stems.FILLERS and word not in stems.OUT_OF:
            return False
    return False


def _me_out(words: Words, at: int) -> bool:
    """Whether "me" stands alone, or is to go out of a list of ours."""
    if words[at] not in stems.ME:
        return False
    behind = words[at + 1 : at + 5]
    if not behind or any(one.startswith(stems.NEWS_STEMS) for one in behind):
        return not behind
    return behind[0] in stems.OUT_OF and any(one.startswith(stems.OUT_OF_STEMS) for one in behind)


def _rids_of(words: Words, at: int, news: str) -> bool:
    """Whether a deleting act takes the person off a mailing list, or ends the advertising."""
    if any(_not_ours(one) for one in words[at + 1 : at + _NEAR]):
        return False
    return any(one in stems.ME for one in words[at + 1 : at + 3]) or news.startswith(("реклам", "рассыл", "жарнама"))


def _unsubscribes(words: Words, at: int) -> bool:
    """Whether the word is "unsubscribe" by itself. Russian uses the same word for "write back", so more is checked."""
    word = words[at]
    if word.startswith(("unsubscrib", "optout")) or list(words[at : at + 3]) == ["take", "me", "off"]:
        return True
    if list(words[at : at + 2]) == ["opt", "out"]:
        return not any(_not_ours(one) for one in words[at + 2 : at + _NEAR])
    if not word.startswith(("отпис", "отпиш", "otpis", "otpish")) or denied(words, at):
        return False
    behind = words[at + 1 : at + 3]
    return "от" in behind or (word.startswith(("отписаться", "отписыва")) and len(words) <= 4) or (
        "меня" in behind[:1] and len(words) <= at + 2
    )  # fmt: skip


def _consent(word: str) -> bool:
    return word in stems.CONSENT or (word.startswith(stems.CONSENT_STEMS) and not word.startswith("келисимшарт"))


def _forbids(words: Words, at: int) -> bool:
    """Whether the word asks to stop something or says that it is not allowed."""
    told_not = denied(words, at)
    return (stops(words[at]) and not told_not) or (words[at].startswith(stems.ALLOW_STEMS) and told_not)


def _says_no_more(words: Words) -> bool:
    """Whether the sentence asks to stop "the processing" and names nothing of daily support."""
    if len(words) > SHORT or not any(word.startswith(_PROCESSING) for word in words):
        return False
    return any(map(stops, words)) and not any(map(_not_ours, words))


def _not_wanted(words: Words, at: int) -> bool:
    """Whether the act is one that the person does not want to be done: "не хочу, чтобы вы хранили"."""
    so_that = [place for place in range(max(0, at - _NEAR), at) if words[place] in ("чтобы", "чтоб")]
    return words[at].endswith("ли") and any(denied(words, place) for place in so_that)


def _sends_near(words: Words, at: int) -> bool:
    return any(one in stems.SEND for one in words[at + 1 : at + 3])


def _can_be_told(word: str) -> bool:
    """Whether the verb is in a form that tells somebody to do it, and not one that says what happens."""
    if word.isascii():
        return word in _TOLD_ENGLISH
    return word.endswith(("йте", "ите", "ать", "ять", "ить"))


_TOLD_ENGLISH = frozenset(
    """process use store keep collect share sell transfer disclose handle send text email contact bother spam
    prisylaite prisylayte shlite obrabatyvaite""".split()
)


def _not_ours(word: str) -> bool:
    return word.startswith(stems.NOT_OURS_STEMS)


def _pair(words: Words, at: int, pairs: Sequence[tuple[str, str]]) -> bool:
    return at + 1 < len(words) and any(
        words[at] == first and words[at + 1].startswith(second) for first, second in pairs
    )


def _around(words: Words, at: int, far: int) -> Iterator[int]:
    """Return the positions around `at`, up to `far` words away, without it."""
    return (place for place in range(max(0, at - far), min(len(words), at + far + 1)) if place != at)
