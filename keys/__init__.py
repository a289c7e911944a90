"""OpenPGP and nothing else: name a key, keep a key ring, seal a letter, open a letter. Only it imports gnupg."""
