"""The region's terminal: write a referral with the citizen on the line, follow it, ring when nobody answers."""
