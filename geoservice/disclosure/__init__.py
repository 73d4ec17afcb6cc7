"""From a register to a demand surface: one measurement with differential privacy, its margins, budget and audit."""
