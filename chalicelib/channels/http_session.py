"""The HTTP session in which providers are called."""

import requests


def new_session() -> requests.Session:
    """Return a session to keep for the process. It ignores the environment, because a .netrc would replace our token
    and a proxy would see it."""
    session = requests.Session()
    session.trust_env = False
    return session
