"""The channel that policies name and that is not served yet: the form on the website, answered by e-mail."""

from chalicelib.channels.contract import Channel
from chalicelib.core.texts import desk_msg, policy_msg

FORM = Channel("form", desk_msg("Web form"), desk_msg("Send by e-mail"), "form", policy_msg("form on the website"))
