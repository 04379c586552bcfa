//! What the API server makes of a HorizontalPodAutoscaler that it is sent: what it stores, and
//! what it refuses.

use serde::Serialize;
use trimtab_core::hpa::{
    FieldError, Gates, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, validate,
};
use trimtab_documents::read_spec_case;
use trimtab_documents::scenario::LineError;

use crate::json;

/// What the API server makes of an object.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verdict {
    /// Why the object (`hpa: `) or the stored one (`old: `) could not even be read, by the column
    /// within that object's text; there is no spec then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
    /// The spec as it would be stored: with defaults, without the fields whose gate is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec: Option<HorizontalPodAutoscalerSpec>,
    /// All that is refused, in the API server's order. Nothing is stored if there is any.
    pub errors: Vec<FieldError>,
}

impl Verdict {
    /// Whether the object would be stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.spec.is_some() && self.errors.is_empty()
    }
}

/// What becomes of an object that is sent to be stored, in the place of `old` if there is one.
///
/// ```
/// use trimtab::admission::admit;
/// use trimtab::hpa::{Gates, HorizontalPodAutoscaler};
/// let verdict = admit(HorizontalPodAutoscaler::default(), None, &Gates::default());
/// assert_eq!(verdict.spec.expect("read").min_replicas, Some(1));
/// assert_eq!(verdict.errors[0].to_string(),
///     "metadata.name: Required value: name or generateName is required");
/// ```
#[must_use]
pub fn admit(
    new: HorizontalPodAutoscaler,
    old: Option<HorizontalPodAutoscaler>,
    gates: &Gates,
) -> Verdict {
    let old = old.map(HorizontalPodAutoscaler::with_defaults);
    let new = new.with_defaults().without_closed_fields(old.as_ref(), gates);
    let errors = validate(&new, old.as_ref(), gates);
    Verdict { unreadable: None, spec: Some(new.spec), errors }
}

/// The door for other languages: a question as JSON in, its [`Verdict`] as JSON out.
///
/// The question is `{"hpa": {}, "old": {}, "featureGates": {}}`; with `old` it is an update, and
/// gates that are not given are as Kubernetes has them.
///
/// ```
/// use trimtab::admission::answer;
/// let hpa = r#"{"metadata":{"name":"web","namespace":"shop"},"spec":{"maxReplicas":3,
///     "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}"#;
/// let verdict = answer(&format!("{{\"hpa\":{hpa}}}")).expect("a question");
/// assert!(verdict.starts_with("{\"spec\":{\"scaleTargetRef\":{\"kind\":\"Deployment\","));
/// assert!(verdict.ends_with("\"errors\":[]}"));
/// assert!(answer("{\"hpa\":{}").is_err());
/// ```
///
/// # Errors
/// As [`judge`].
pub fn answer(question: &str) -> Result<String, LineError> {
    judge(question).map(|verdict| json::to_string(&verdict))
}

/// The verdict on a question as [`answer`] takes it.
///
/// # Errors
/// [`LineError`] if the question is no such thing. An object in it that cannot be read is an
/// answer, [`unreadable`](Verdict::unreadable).
pub fn judge(question: &str) -> Result<Verdict, LineError> {
    let asked = read_spec_case(question)?;
    let unreadable = |why: String| Verdict { unreadable: Some(why), spec: None, errors: vec![] };
    Ok(match (asked.new, asked.old.transpose()) {
        (Err(error), _) => unreadable(format!("hpa: {error}")),
        (Ok(_), Err(error)) => unreadable(format!("old: {error}")),
        (Ok(new), Ok(old)) => admit(new, old, &asked.gates),
    })
}
