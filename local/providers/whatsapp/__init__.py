"""Stand-in of Meta's WhatsApp Cloud API, and the phone on which customers of WhatsApp are played."""
