//! trimtab-sim.
