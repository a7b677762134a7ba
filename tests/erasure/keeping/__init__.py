"""A part of somebody's data that the desk keeps after a destruction."""
