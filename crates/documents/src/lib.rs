//! trimtab-documents.
