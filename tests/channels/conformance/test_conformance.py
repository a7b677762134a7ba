"""Every channel of the registry keeps what it promises; one that promises more is found out, in a sentence."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.channels import registry
from chalicelib.channels.base import OutboundMessage, SendResult
from chalicelib.channels.contract import Buttons, Channel, FileLimit, Webhook
from chalicelib.profile.build import parse_profile
from chalicelib.profile.load import DIRECTORY, load_profile
from chalicelib.profile.model import ProfileError
from infra.functions import FUNCTIONS, VARIABLES, parameters
from local.aws.template import built_template
from tests.channels.conformance.checks import CHECKS, Case
from tests.channels.conformance.kit import kit_of
from tests.support.channels.provider import Provider

ICONS = (Path(__file__).parents[3] / "chalicelib" / "web" / "static" / "icons.svg").read_text("utf-8")
CHANNELS = pytest.mark.parametrize("channel", registry.CHANNELS, ids=lambda one: one.id)
SERVED = pytest.mark.parametrize("channel", registry.SERVED, ids=lambda one: one.id)


@SERVED
@pytest.mark.parametrize("check", CHECKS)
def test_a_channel_keeps_what_it_promises(channel: Channel, check: str, provider: Provider) -> None:
    assert not list(CHECKS[check](Case(channel, kit_of(channel.id), provider)))


@CHANNELS
def test_a_channel_can_be_shown(channel: Channel) -> None:
    assert re.fullmatch("[a-z]{2,20}", channel.id)
    assert channel.name and channel.send_on and channel.policy_name
    assert f'id="i-{channel.icon}"' in ICONS


@SERVED
def test_settings_reach_what_calls_providers_and_no_other_function(channel: Channel) -> None:
    for setting in channel.settings:
        having = [one.name for one in FUNCTIONS if setting.name in one.environment]
        assert having == ["sender", "uploader", "fetcher", "templates"]
        assert VARIABLES[setting.name] == {"Ref": setting.parameter}
        assert setting.made or parameters()[setting.parameter]["Default"] == setting.default
        assert (setting.parameter in built_template()["Resources"]) == setting.made


@pytest.mark.parametrize("channel", [one for one in registry.SERVED if one.never], ids=lambda one: one.id)
def test_what_may_never_leave_is_refused_in_a_profile(channel: Channel) -> None:
    text = (Path(DIRECTORY) / "spoint.toml").read_text("utf-8")
    for purpose in channel.never:
        row = f'[[purposes]]\nid = "{purpose}"\nchannels = ["{channel.id}"]\nclause = "A1"\n'
        other = re.sub(rf'\[\[purposes\]\]\nid = "{purpose}"\n(?:[^\n]+\n)+', "", text)
        with pytest.raises(ProfileError, match=f"{purpose} never leaves on .*{channel.name}"):
            parse_profile(f"{other}\n{row}")


@CHANNELS
def test_a_notice_template_is_asked_for_where_there_is_a_window(channel: Channel) -> None:
    assert (f"{channel.id}_template" in load_profile("spoint").notices) == bool(channel.window)


def first(has: Callable[[Channel], object]) -> Channel:
    return next(one for one in registry.SERVED if has(one))


def silent(webhook: Webhook | None) -> Webhook:
    assert webhook is not None
    return webhook._replace(challenge=lambda accounts, query: None)


class Deaf:
    """A sender that calls nobody."""

    def send(self, message: OutboundMessage, token: str) -> SendResult:
        return SendResult("1", 0)

    def confirm_press(self, account: str, press: str, token: str) -> None:
        pass


LIES: list[tuple[str, str, Callable[[], Channel]]] = [
    ("statuses", "promises the status 'read'",
     lambda: first(lambda one: not one.statuses)._replace(statuses=frozenset({"read"}))),
    ("statuses", "hides the status 'read'",
     lambda: (one := first(lambda one: one.statuses))._replace(statuses=one.statuses - {"read"})),
    ("statuses", "promises our reference", lambda: first(lambda one: not one.statuses)._replace(echoes=True)),
    ("statuses", "returns our reference", lambda: first(lambda one: one.echoes)._replace(echoes=False)),
    ("blocking", "tells of blocking", lambda: first(lambda one: not one.tells_blocking)._replace(tells_blocking=True)),
    ("presses", "a press is confirmed",
     lambda: first(lambda one: not one.confirms_presses)._replace(confirms_presses=True)),
    ("parts_sent", "promises to send a file",
     lambda: first(lambda one: one.files)._replace(sender=lambda settings: Deaf())),
    ("parts_sent", "promises to send a template",
     lambda: (one := first(lambda one: "template" not in one.sends))._replace(sends=one.sends | {"template"})),
    ("buttons", "promises as many buttons as it takes, and its provider refuses",
     lambda: first(lambda one: one.buttons)._replace(buttons=Buttons(most=4, title=20, id=64, text=1024))),
    ("buttons", "promises the longest button, and its provider refuses",
     lambda: first(lambda one: one.buttons)._replace(buttons=Buttons(most=3, title=20, id=64, text=4096))),
    ("buttons", "without sending a choice", lambda: first(lambda one: one.buttons)._replace(buttons=None)),
    ("files", "without types or bytes",
     lambda: first(lambda one: one.sends)._replace(files=(FileLimit("image", (), 0),))),
    ("long_texts", "its provider refuses",
     lambda: first(lambda one: one.text_limit)._replace(text_limit=10**6)),
    ("challenge", "promises a challenge",
     lambda: (one := first(lambda one: one.webhook and one.webhook.challenge))._replace(webhook=silent(one.webhook))),
    ("addresses", "does not declare the kind of address",
     lambda: first(lambda one: one.address_kinds)._replace(address_kinds=())),
    ("errors", "has no list of errors", lambda: first(lambda one: one.errors)._replace(errors=None)),
    ("errors", "how much it takes", lambda: first(lambda one: one.rates)._replace(rates=())),
]  # fmt: skip


@pytest.mark.parametrize(("check", "sentence", "lying"), LIES, ids=[f"{one[0]}: {one[1]}" for one in LIES])
def test_a_promise_that_is_not_kept_is_found_out(
    check: str, sentence: str, lying: Callable[[], Channel], provider: Provider
) -> None:
    channel = lying()
    found = list(CHECKS[check](Case(channel, kit_of(channel.id), provider)))
    assert any(sentence in one and one.startswith(channel.name) for one in found), found
