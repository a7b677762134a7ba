"""What a person is told about their request: texts and buttons, in their language or in the profile's first two."""
