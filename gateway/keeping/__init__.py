"""The screens by which both ends keep contacts and keys: the others, what changes, our own key, what to do."""
