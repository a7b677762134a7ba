"""E-mail as policies name it; it is not served yet."""

from chalicelib.channels.contract import Channel
from chalicelib.core.texts import desk_msg, policy_msg

EMAIL = Channel("email", desk_msg("E-mail"), desk_msg("Send by e-mail"), "mail", policy_msg("e-mail"))
