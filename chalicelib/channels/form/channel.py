"""The form on the website as policies name it; it is not served yet. It is answered by e-mail."""

from chalicelib.channels.contract import Channel
from chalicelib.core.texts import desk_msg, policy_msg

FORM = Channel("form", desk_msg("Web form"), desk_msg("Send by e-mail"), "form", policy_msg("form on the website"))
