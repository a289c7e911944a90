"""A referral in the municipality's hands: its states, what may be done with it, how a letter becomes it. Pure."""
