"""Our own keys that follow one another with an overlap, the others' that do, and what is done when one is stolen."""
