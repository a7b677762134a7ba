"""Deletion of personal data (art. 24(1)(4) of Law 94-V)."""

from collections.abc import Sequence

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds import destruction
from chalicelib.privacy.kinds.contract import Kind


def _means(words: Sequence[str]) -> bool:
    from chalicelib.privacy.meaning.wishes import deletes_own_data

    return deletes_own_data(words)


DELETION = Kind(
    id="deletion",
    phrases="""
        delete/erase/remove/destroy -/all my -/personal data/information
        i want my -/personal data deleted/erased/removed/destroyed
        deletion/erasure of -/all my -/personal data
        forget me
        delete/erase everything you have about me
        delete/erase everything about me
        удалить/удалите/удали/сотрите/стереть/уничтожить/уничтожьте -/все мои/свои -/персональные/личные данные
        удалить/удалите/удали/сотрите/уничтожить/уничтожьте -/все персональные/личные данные
        удалить/удалите/уничтожить/уничтожьте -/все данные обо мне
        удаление/удаления/уничтожение/уничтожения -/всех моих -/персональных/личных данных
        требую удаления/уничтожения -/всех моих -/персональных/личных данных
        требую удалить/уничтожить -/все мои -/персональные/личные данные
        забудьте меня
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жою/жойыңыз/жойыңызшы
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойғым келеді
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді өшіру/өшіріңіз/өшіріңізші
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді өшіргім келеді
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойып/өшіріп беріңіз/беріңізші
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жойып/өшіріп/алып тастаңыз/тастаңызшы
        -/менің -/барлық -/жеке/дербес деректерімді/мәліметтерімді жоюды/жоюыңызды/өшіруді/өшіруіңізді сұраймын
        -/менің -/барлық -/жеке/дербес деректерім жойылсын/өшірілсін
        """,
    means=_means,
    button=(bot_msg("Delete my data"), bot_msg("Delete")),
    command="/delete",
    basis="94-V art. 24(1)(4)",
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
    certified_as=desk_msg("Request for deletion"),
    evidence=("notes", "consents"),
    received=bot_msg("We have received your request to delete your personal data."),
    done=bot_msg("Done: your personal data is destroyed."),
    refused=bot_msg("We cannot fulfil your request to delete your data; nothing was destroyed."),
    name=desk_msg("Deletion of personal data"),
)
