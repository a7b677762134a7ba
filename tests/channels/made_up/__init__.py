"""A channel that nobody has: pagers. It shows which files a new channel touches, and that it touches no other."""
