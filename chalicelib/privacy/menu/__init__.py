"""The customer's menu: what a person can ask the desk itself, without staff.

Intake recognises a command, a word or a pressed button (core/asks.py, privacy/recognition) and stores an ask; it reads
nothing. The function `privacy` composes the answer of what is stored then (answer.py) and puts it into the outbox.
People of whom nothing is stored are answered by intake itself (visitors.py).
"""
