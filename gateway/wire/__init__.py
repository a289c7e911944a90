"""What is said: letters, conversations, payloads, envelopes. Pure values and rules that do not know their end."""
