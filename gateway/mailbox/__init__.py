"""Mail without content to an ordinary mailbox: it says that something waits in Stafet, and never what (E13, E16)."""
