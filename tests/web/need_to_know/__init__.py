"""Need to know: who may open which conversation where the profile has teams."""
