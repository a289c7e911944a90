"""The revisions, each as it was released: what one release changed in the tables, and how that is taken back."""
