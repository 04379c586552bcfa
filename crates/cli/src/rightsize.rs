//! `trimtab rightsize`: what containers should request and be limited to.

pub(crate) mod replay;
