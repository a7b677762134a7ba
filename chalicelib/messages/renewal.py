"""Decides how a known person accepts a new version of the policy: by going on to write, at once or after some days, or
by a button (AcceptedBy of the profile; A8.2, B9.1, C12.2, D1.2, E12.2). Pure."""

from typing import NamedTuple

from chalicelib.channels.parts import Button
from chalicelib.core.asks import CONSENT_POLICY
from chalicelib.core.clock import DAY
from chalicelib.core.texts import HOSTED, RENEWED, bot_msg, bot_text
from chalicelib.messages.ingest import IngestPlan, Notice
from chalicelib.messages.notices import renewed_notice, said
from chalicelib.profile.model import Profile
from chalicelib.profile.policy import PolicyReference

# Art. 8(4) of Law 94-V demands: who, for how long, to whom, across which border; the data is listed behind the link.
TERMS = bot_msg(
    "The company {company} ({brand}) processes your personal data to answer you."
    " Term: {kept}, or until you withdraw your consent."
    " Delivery: {recipients}, also through servers outside Kazakhstan."
    " Which data, and how to withdraw: {url}"
)
BY_BUTTON = bot_msg("If you agree to it, press the button. Until then we answer you under the version that you know.")
BY_BUTTON_OR_USE = bot_msg(
    "If you agree to it, press the button. Whoever goes on writing here {days} days after this message agrees, too."
)
I_AGREE = bot_msg("I agree")
ACCEPTED_NOW = bot_msg("You have agreed to version {version} of our policy. Thank you.")


def announcement(profile: Profile, language: str, channel: str, *, use: bool) -> str:
    """Return the announcement of a new version that wants to be accepted; `use`: going on to write accepts it, too."""
    how, days = BY_BUTTON_OR_USE if use else BY_BUTTON, profile.policy.accepted_by.after_days
    return said(profile, language, channel, [RENEWED, TERMS, HOSTED, how], version=profile.policy.version, days=days)


def agree_button(profile: Profile, language: str) -> tuple[Button, ...]:
    """Return the button under the announcement."""
    title = " / ".join(bot_text(one, I_AGREE) for one in profile.spoken_to(language))
    return (Button(f"{CONSENT_POLICY}{profile.policy.version}", title),)


class Renewal(NamedTuple):
    """Decides for messages. `policy` is the version in force."""

    profile: Profile
    policy: PolicyReference

    def __call__(self, plan: IngestPlan) -> IngestPlan:
        """Return the plan with what the message means for a new version: it accepts it (`consent`), or the version is
        announced with it (`announces`)."""
        by, person = self.profile.policy.accepted_by, plan.person
        if not self._concerns(plan):
            return plan
        if not (by.button or by.after_days):
            return plan._replace(consent=self.policy.agreed)
        if person.told_policy != self.policy.version:
            at = plan.answered_at
            text = announcement(self.profile, person.language, plan.message.channel, use=self._by_use(plan))
            buttons = agree_button(self.profile, person.language)
            told = Notice("policy", self.policy.version, text, at, policy=True, buttons=buttons)
            return plan._replace(announces=self.policy.version, notices=(told, *later(plan.notices, at)))
        waited = plan.now >= person.told_at + by.after_days * DAY
        return plan._replace(consent=self.policy.agreed) if self._by_use(plan) and waited else plan

    def _by_use(self, plan: IngestPlan) -> bool:
        """Whether going on to write accepts the version after some days. One that reaches further than what the person
        knew wants the button: consent to less is no consent to more (art. 7(1) of Law 94-V)."""
        return bool(self.profile.policy.accepted_by.after_days) and not self.policy.tells(plan.person.policy)

    def _concerns(self, plan: IngestPlan) -> bool:
        """Whether a message is use of the service by a known person who has not accepted the version in force. What
        asks about data is none."""
        person, policy = plan.person, self.policy
        return bool(
            person.has_consented
            and person.policy != policy.version
            and plan.newest
            and plan.at >= policy.published_at
            and plan.ask is None
            and not plan.quiet
        )

    def told(self, plan: IngestPlan) -> IngestPlan:
        """Tell a person who accepts a new version by writing on that there is one, if it says more than the one they
        knew."""
        if not plan.consent or not self.policy.tells(plan.person.policy):
            return plan
        text = renewed_notice(self.profile, plan.person.language, plan.message.channel)
        at = plan.answered_at
        told = Notice("policy", self.policy.version, text, at, policy=True)
        return plan._replace(notices=(told, *later(plan.notices, at)))


def later(notices: tuple[Notice, ...], at: int) -> tuple[Notice, ...]:
    """Return notices that come after one of the time `at` (ms)."""
    return tuple(one._replace(at=at + place) for place, one in enumerate(notices, 1))
