"""The same inbox in a browser: a server on loopback, one process of the inbox for each page that is open."""
