"""What the citizen has said yes to, at either end: four kinds of consent, written down once and never altered."""
