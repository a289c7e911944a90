"""The commands people type: each module adds its own to a parser, says what it did, and returns an exit code."""
