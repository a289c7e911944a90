"""What everything shown in a terminal shares: harmless text, explained errors, Danish dates."""
