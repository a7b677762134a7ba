"""A demand to stop the processing (art. 24(1)(5) of Law 94-V). Storage is processing, too, so the data is destroyed."""

from collections.abc import Sequence

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds import destruction
from chalicelib.privacy.kinds.contract import Kind


def _means(words: Sequence[str]) -> bool:
    from chalicelib.privacy.meaning.wishes import forbids_processing

    return forbids_processing(words)


STOP_PROCESSING = Kind(
    id="stop_processing",
    phrases="""
        stop processing -/all my -/personal data
        stop the processing of my -/personal data
        do not process my -/personal data
        dont process my -/personal data
        прекратить/прекратите/остановите/остановить обработку моих/своих -/персональных/личных данных
        прекратите обрабатывать мои -/персональные/личные данные
        требую прекратить обработку моих -/персональных/личных данных
        не обрабатывайте мои -/персональные/личные данные
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдеуді тоқтату/тоқтатыңыз/тоқтатыңызшы
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдеуді тоқтатуды сұраймын
        -/менің -/жеке/дербес деректерімді/мәліметтерімді өңдемеңіз
        """,
    means=_means,
    button=(bot_msg("Stop processing"), bot_msg("Stop")),
    command="/stop_processing",
    basis="94-V art. 24(1)(5)",
    ends_news=True,
    limit="stop_processing",
    alarm="erasure_alarm",
    target="erasure_target",
    default=destruction.UNDECIDED,
    way="erasure",
    confirmed=True,
    cooling_off="grace",
    decisions=destruction.DECISIONS,
    certificate=destruction.CERTIFICATE,
    certified_as=desk_msg("Demand to stop processing"),
    evidence=("notes", "consents"),
    received=bot_msg("We have received your demand to stop the processing of your personal data."),
    done=bot_msg("Done: the processing of your personal data has stopped, and the data is destroyed."),
    refused=bot_msg("We cannot stop the processing of your data; nothing was destroyed."),
    name=desk_msg("Stop of processing"),
)
