"""One case taken out of the inbox: as JSON for a case system, and as a page to read, in text or as a PDF (E11)."""
