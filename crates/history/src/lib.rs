//! trimtab-history.
