"""Figures for the evaluation: counted with their coverage, suppressed before they leave, drawn (section H)."""
