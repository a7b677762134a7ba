"""Withdrawal of consent (art. 8 of Law 94-V): the consent ends, and the data is destroyed."""

from collections.abc import Sequence

from chalicelib.core.texts import bot_msg, desk_msg
from chalicelib.privacy.kinds import destruction
from chalicelib.privacy.kinds.contract import Kind


def _means(words: Sequence[str]) -> bool:
    from chalicelib.privacy.meaning.wishes import ends_consent

    return ends_consent(words)


WITHDRAWAL = Kind(
    id="withdrawal",
    phrases="""
        withdraw/revoke -/my consent
        withdraw/revoke -/my consent to -/the processing of -/my personal data
        withdrawal/revocation of -/my consent
        withdrawal/revocation of -/my consent to -/the processing of -/my personal data
        i am withdrawing my consent
        my consent is withdrawn
        отозвать/отзываю/отзовите -/свое/мое согласие
        отзыв -/моего/своего согласия
        отозвать/отзываю/отзовите -/свое/мое согласие на обработку -/моих/своих данных
        отзыв -/моего/своего согласия на обработку -/моих/своих данных
        отозвать/отзываю/отзовите -/свое/мое согласие на обработку -/моих/своих персональных/личных данных
        отзыв -/моего/своего согласия на обработку -/моих/своих персональных/личных данных
        келісімді/келісімімді -/кері қайтару/қайтарамын/қайтарғым
        келісімді/келісімімді -/кері қайтарғым келеді
        келісімді/келісімімді -/кері қайтарып алу/аламын
        келісімді/келісімімді -/кері қайтарып алғым келеді
        келісімді/келісімімді -/кері қайтарып алуды сұраймын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген/берілген келісімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген/берілген келісімімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген келісімді/келісімімді -/кері қайтарамын
        -/жеке/дербес деректерді/деректерімді өңдеуге -/берген келісімді/келісімімді -/кері қайтарып алғым келеді
        -/жеке/дербес деректерді жинауға және өңдеуге -/берген/берілген келісімді -/кері қайтарып алу/аламын
        -/жеке/дербес деректерді жинауға және өңдеуге -/берген/берілген келісімімді -/кері қайтарып алу/аламын
        """,
    means=_means,
    button=(bot_msg("Withdraw consent"), bot_msg("Withdraw")),
    marking="withdrawal",
    basis="94-V art. 8(7)",
    ends_consent=True,
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
    certified_as=desk_msg("Withdrawal of consent"),
    evidence=("notes", "consents"),
    received=bot_msg("We have received your withdrawal of consent to the processing of personal data."),
    done=bot_msg("Done: your consent has ended, and your personal data is destroyed."),
    refused=bot_msg("We cannot fulfil your withdrawal of consent; nothing was destroyed."),
    name=desk_msg("Withdrawal of consent"),
)
