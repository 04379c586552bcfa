//! The command as people and programs use it: the real binary, its output, its exit codes.

mod docs;
mod explain;
mod hostile;
mod hpa_explain;
mod lines;
mod mistakes;
mod replay;
mod rightsize;
mod rightsize_objects;
mod rightsize_replay;
mod simulate;
mod streams;
mod support;
mod trace;
mod validate;
mod whatif;
