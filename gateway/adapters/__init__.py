"""Technologies: the database and SMTP, each behind a port of the exchange."""
