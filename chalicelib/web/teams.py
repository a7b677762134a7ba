"""Names of the teams of the profile, for pages."""

from chalicelib.wiring import web as wiring_web


def team_names(language: str) -> dict[str, str]:
    """Return the names of the teams by their ids; none where everybody who answers may open every conversation."""
    return {one.id: one.names[language] for one in wiring_web.profile().teams.values()}


def team_name(team: str, language: str) -> str:
    """Return the name of a team; its id when the profile has it no more."""
    return team_names(language).get(team, team)
