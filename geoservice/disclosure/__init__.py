"""Differentially private measurement of a register as a demand surface, with its margins, budget and audit."""
