"""Channels that policies name and that are not served yet: e-mail, and the form on the website, answered by e-mail."""

from chalicelib.channels.contract import Channel
from chalicelib.core.texts import desk_msg, policy_msg

EMAIL = Channel("email", desk_msg("E-mail"), desk_msg("Send by e-mail"), "mail", policy_msg("e-mail"))
FORM = Channel("form", desk_msg("Web form"), desk_msg("Send by e-mail"), "form", policy_msg("form on the website"))
