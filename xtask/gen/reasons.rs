//! `docs/reasons.md`: the closed table of reasons.

use trimtab_core::ReasonCode;

pub(crate) fn page() -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask gen` from crates/core/src/reason.rs. -->\n\
         # Reasons\n\n\
         Why a sample was used or refused, why a size came out as it did, what was noticed. Codes \
         are stable; a sentence may be improved in any release. Braces hold the particulars.\n\n\
         | code | sentence |\n|---|---|\n",
    );
    for code in ReasonCode::ALL {
        let sentence = code.pattern().replace('|', "\\|");
        page.push_str(&format!("| `{}` | {sentence} |\n", code.as_str()));
    }
    page
}
