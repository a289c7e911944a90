"""What the desk's screens are made of: the board's list, fields to write in, choices by single keys."""
