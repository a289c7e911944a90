"""The municipality's end: the intake unit's inbox, from a letter that arrived to a named person who has taken over."""
