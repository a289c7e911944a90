"""The region's own work: screening, consent, the decision to send, and what came back."""
